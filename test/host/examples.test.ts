import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readManifests } from '../../src/kube/read.ts';
import type { KubeObject } from '../../src/kube/wire.ts';
import { writeYaml } from '../../src/kube/write.ts';
import { freePort } from './free-port.ts';
import { Machine } from './machine.ts';
import { until } from './until.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'examples', 'kube');

/** What a person who plays an example sees: in a container's log, or at its port. */
const shows: Readonly<Record<string, (machine: Machine, port: number) => Promise<void>>> = {
  'hello.yaml': async (_machine, port) => {
    const answer = await until(
      () =>
        fetch(`http://127.0.0.1:${port}/`).then(
          (response) => response.text(),
          () => '',
        ),
      (text) => text !== '',
    );
    assert.equal(answer, 'Hello from a pod.\n');
  },
  'settings.yaml': (machine) =>
    logs(machine, 'settings-main', /Welcome\.\nHave a nice day\.\nlevel info, user anna\n/),
  'storage.yaml': async (machine) => {
    await until(
      () => machine.exec('diary-writer', 'wc', '-l', '/diary/days'),
      (text) => text.startsWith('1 '),
    );
  },
  'init.yaml': (machine) => logs(machine, 'prepared-main', /^<h1>Prepared<\/h1>\n$/),
  'limits.yaml': (machine) => logs(machine, 'careful-main', /^uid=1000 gid=1000/),
  'names.yaml': (machine) =>
    logs(machine, 'names-main', /^desk\n[\s\S]*192\.0\.2\.10\s+printer\s[\s\S]*nameserver 192\.0\.2\.53\n/),
  'deployment.yaml': (machine) => logs(machine, 'workers-pod-2-worker', /^I am workers-pod-2\n$/),
};

describe('the example', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  for (const name of readdirSync(FOLDER).sort()) {
    it(`${name} runs, goes round and leaves nothing`, async () => {
      const port = await freePort();
      const text = readFileSync(join(FOLDER, name), 'utf8')
        .replace(/hostPort: \d+/, `hostPort: ${port}`)
        .replace(/terminationGracePeriodSeconds: \d+/, 'terminationGracePeriodSeconds: 0');
      const written = read(text);
      const names = written.filter(({ kind }) => kind === 'Pod' || kind === 'Deployment').map(nameOf);
      const file = machine.file(text);
      await machine.ok('play', 'kube', '--validate=strict', file);
      const check = shows[name];
      assert.ok(check, 'every example shows something');
      await check(machine, port);

      const first = await machine.ok('generate', 'kube', ...names);
      const secrets = written.filter(({ kind }) => kind === 'Secret');
      assert.deepEqual(byName([...read(first), ...secrets]), byName(written));
      await machine.ok('kube', 'down', '--force', file);
      assert.deepEqual(await machine.leaks(), []);
      assert.deepEqual(machine.objects(), []);

      const generated = machine.file([writeYaml(secrets), first].filter(Boolean).join('---\n'));
      await machine.ok('play', 'kube', '--validate=strict', generated);
      assert.equal(await machine.ok('generate', 'kube', ...names), first);
      await machine.ok('kube', 'down', '--force', generated);
      assert.deepEqual(machine.objects(), []);
    });
  }
});

async function logs(machine: Machine, container: string, wanted: RegExp): Promise<void> {
  await until(
    () => machine.ok('logs', container),
    (text) => wanted.test(text),
  );
}

function read(text: string): readonly KubeObject[] {
  return readManifests([{ name: 'app.yaml', text }], { validate: 'strict' }).objects.map(
    ({ object }) => object,
  );
}

const nameOf = ({ metadata }: KubeObject) => metadata.name ?? '';

function byName(objects: readonly KubeObject[]): Readonly<Record<string, KubeObject>> {
  return Object.fromEntries(objects.map((object) => [`${object.kind}/${nameOf(object)}`, object]));
}
