import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from '../host/machine.ts';
import { pod } from './bad-manifests.ts';

describe('warnings', function () {
  this.timeout(120_000);
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(async () => {
    await machine[Symbol.asyncDispose]();
  });

  async function told(text: string, ...args: readonly string[]): Promise<readonly string[]> {
    const { status, stderr } = await machine.pod('play', 'kube', '-q', ...args, machine.file(text));
    assert.equal(status, 0, stderr);
    return stderr.split('\n').filter((line) => /warning: |^Warning: /.test(line));
  }

  it('name all fields that are not acted on in one line', async () => {
    const more =
      'nodeSelector: {disk: ssd}\npriorityClassName: high\ntolerations: [{key: a, operator: Exists}]';
    const lines = await told(
      `${pod('', more)}---\n${pod('', more).replace('name: bad', 'name: other')}`,
      '--dry-run',
    );
    assert.equal(lines.length, 1, lines.join('\n'));
    for (const field of ['nodeSelector', 'priorityClassName', 'tolerations']) {
      assert.equal(lines[0]?.split(field).length, 2, `${field} is not named once: ${lines[0]}`);
    }
  });

  it('say nothing about what is acted on', async () => {
    assert.deepEqual(await told(pod('env: [{name: A, value: b}]', 'restartPolicy: Never'), '--dry-run'), []);
  });

  it('tell thousandths of a byte from megabytes', async () => {
    const [line, ...others] = await told(pod('resources: {limits: {memory: 400m}}'), '--dry-run');
    assert.match(line ?? '', /:8:34: warning: .*400m/);
    assert.deepEqual(others, []);
  });

  it('tell that a cluster refuses a relative hostPath, once, which is taken from the folder of the manifest', async () => {
    mkdirSync(join(machine.folder, 'data'));
    const container = 'command: [sleep, "100"]\nvolumeMounts: [{name: v, mountPath: /d}]';
    const lines = await told(
      pod(container, 'volumes: [{name: v, hostPath: {path: data}}]\nterminationGracePeriodSeconds: 0'),
    );
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /:10:\d+: warning: .*data.*cluster/);
    await machine.exec('bad-main', 'touch', '/d/here');
    await machine.ok('kube', 'down', join(machine.folder, 'app.yaml'));
  });

  it('tell that a local image stands in for a registry that cannot be reached', async () => {
    await machine.ok('tag', 'localhost/busybox', '127.0.0.1:1/library/app:latest');
    const text = pod('command: [sleep, "100"]', 'terminationGracePeriodSeconds: 0');
    const lines = await told(text.replace('localhost/busybox', '127.0.0.1:1/library/app:latest'));
    assert.equal(lines.length, 1, lines.join('\n'));
    assert.match(lines[0] ?? '', /127\.0\.0\.1:1\/library\/app:latest.*ECONNREFUSED/);
    assert.equal((await machine.pod('pod', 'exists', 'bad')).status, 0);
    await machine.ok('kube', 'down', join(machine.folder, 'app.yaml'));
  });

  it('name a field that is unknown, and a kind that is left out', async () => {
    const service = '---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n';
    const lines = await told(`${pod('zzyzx: 1')}${service}`, '--dry-run');
    assert.equal(lines.length, 2);
    assert.match(lines.join('\n'), /zzyzx[\s\S]*Service/);
  });
});
