import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Machine, POD } from '../host/machine.ts';
import { pod } from './bad-manifests.ts';

const running = pod(
  'command: [sh, -c, "trap exit TERM; while :; do sleep 0.1; done"]',
  'terminationGracePeriodSeconds: 0',
);

/** Commands and what they exit with, while a pod `bad` runs. */
const codes: readonly (readonly [code: number, ...args: readonly string[]])[] = [
  [0, 'pod', 'exists', 'bad'],
  [1, 'pod', 'exists', 'absent'],
  [0, 'image', 'exists', 'localhost/busybox'],
  [1, 'image', 'exists', 'absent'],
  [0, 'exec', 'bad-main', 'true'],
  [1, 'exec', 'bad-main', 'false'],
  [7, 'exec', 'bad-main', 'sh', '-c', 'exit 7'],
  [137, 'exec', 'bad-main', 'sh', '-c', 'kill -9 $$'],
  [127, 'exec', 'bad-main', '/no/such'],
  [126, 'exec', 'bad-main', '/etc/passwd'],
  [125, 'exec', 'absent', 'true'],
  [125, 'exec', '-w', '/no/folder', 'bad-main', 'true'],
  [125, 'exec', '-u', 'nobody-here', 'bad-main', 'true'],
  [2, 'rm', 'bad-main'],
  [2, 'rmi', 'localhost/busybox'],
  [1, 'rmi', 'absent'],
  [125, 'absent'],
  [125, 'ps', '--absent'],
];

describe('exit codes', function () {
  this.timeout(120_000);
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
    await machine.play(running);
  });
  after(async () => {
    await machine[Symbol.asyncDispose]();
  });

  it('are those of Podman', async () => {
    for (const [code, ...args] of codes) {
      const { status, stderr } = await machine.pod(...args);
      assert.equal(status, code, `${args.join(' ')}: ${stderr}`);
    }
  });

  it('are 126 and 127 when the program of a played container cannot run, and the pod is gone', async () => {
    for (const [program, code] of [
      ['/etc/passwd', 126],
      ['/no/such', 127],
    ] as const) {
      const path = machine.file(
        pod(`command: [${program}]`).replace('name: bad', 'name: worse'),
        'worse.yaml',
      );
      assert.equal((await machine.pod('play', 'kube', path)).status, code);
      assert.equal((await machine.pod('pod', 'exists', 'worse')).status, 1);
    }
  });

  it("are those of a container with --wait, and a container's with wait", async () => {
    const path = machine.file(
      pod('command: [sh, -c, "exit 3"]').replace('name: bad', 'name: short'),
      'short.yaml',
    );
    assert.equal((await machine.pod('play', 'kube', '--wait', path)).status, 3);
    assert.equal((await machine.pod('pod', 'exists', 'short')).status, 1);
  });

  it('are 130 and 143 for a command that a signal ends', async () => {
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const child = machine.start(['wait', 'bad-main']);
      const stopped = once(child, 'close');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      child.kill(signal);
      const [status, killed] = await stopped;
      assert.equal(killed === null ? status : killed === signal ? code : undefined, code);
    }
  });

  it('stay quiet when nobody reads on', () => {
    const line = `"${POD}" ${machine.flags.join(' ')} --help | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { encoding: 'utf8', timeout: 60_000 });
    assert.ok(['0\n', '141\n'].includes(stdout), stdout);
    assert.equal(stderr, '');
  });

  it('serve containers that another runtime made', async () => {
    const path = machine.file(running.replace('name: bad', 'name: foreign'), 'foreign.yaml');
    await machine.ok('--runtime', 'runc', 'play', 'kube', path);
    assert.equal((await machine.pod('exec', 'foreign-main', 'sh', '-c', 'exit 4')).status, 4);
    await machine.ok('kube', 'down', path);
    assert.deepEqual(
      (await machine.leaks()).filter((line) =>
        line.includes(join(machine.runroot, 'pod', 'runtime', 'runc')),
      ),
      [],
    );
  });
});
