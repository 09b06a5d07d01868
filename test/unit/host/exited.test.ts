import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLine } from '../../../src/contracts/store.ts';
import { exec } from '../../../src/host/exec.ts';
import { installFolder } from '../../../src/host/native.ts';

const program = join(installFolder(), 'build', 'exited');
const id = 'c'.repeat(64);
const podId = 'd'.repeat(64);

describe('exited', () => {
  let folder: string;
  let log: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-exited-'));
    log = join(folder, 'events.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const append = (
    names: { pod?: string; container?: string } = {},
    environment: Record<string, string> = {},
  ) =>
    exec.complete({
      argv: [program, log, id, podId, 'default', names.pod ?? 'web', names.container ?? 'app', folder],
      env: environment,
      cwd: '/',
    });
  const lines = () => readFileSync(log, 'utf8').split('\n');
  const only = (): EventLine => {
    const [line, ...rest] = lines();
    assert.deepEqual(rest, ['']);
    return JSON.parse(line ?? '') as EventLine;
  };

  const codes: readonly { file?: string; exitCode?: string; type: EventLine['type'] }[] = [
    { file: '0', exitCode: '0', type: 'Normal' },
    { file: '137', exitCode: '137', type: 'Warning' },
    { file: '3\n', exitCode: '3', type: 'Warning' },
    { file: '', type: 'Warning' },
    { file: 'x', type: 'Warning' },
    { file: '-4', type: 'Warning' },
    { type: 'Warning' },
  ];
  for (const { file, exitCode, type } of codes) {
    it(`appends one event for the exit file ${JSON.stringify(file)}`, async () => {
      if (file !== undefined) writeFileSync(join(folder, id), file);
      const before = Date.now();
      assert.equal((await append()).status, 0);
      const { time, message, ...event } = only();
      assert.deepEqual(event, {
        version: 1,
        object: { kind: 'Pod', namespace: 'default', name: 'web' },
        containerId: id,
        type,
        reason: 'Exited',
        attributes: { container: 'app', podId, ...(exitCode !== undefined && { exitCode }) },
      });
      assert.ok(message !== '');
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      assert.ok(Date.parse(time) >= before - 1 && Date.parse(time) <= Date.now());
      assert.equal(statSync(log).mode & 0o777, 0o600);
    });
  }

  for (const name of ['"', '\\', 'a\nb\tc\u0001', '"}{"', 'grüße 🐟', 'x'.repeat(253), '"'.repeat(253)]) {
    it(`escapes ${JSON.stringify(name).slice(0, 20)}`, async () => {
      await append({ pod: name, container: name });
      const event = only();
      assert.deepEqual([event.object.name, event.attributes?.['container']], [name, name]);
    });
  }

  it('keeps lines whole when many append at once', async () => {
    writeFileSync(join(folder, id), '0');
    await Promise.all(Array.from({ length: 40 }, () => append()));
    const all = lines().slice(0, -1);
    assert.equal(all.length, 40);
    for (const line of all) assert.equal((JSON.parse(line) as EventLine).reason, 'Exited');
  });

  it('fails, and writes nothing, with wrong arguments, endless names, or no folder for the log', async () => {
    assert.equal((await exec.complete({ argv: [program, log] })).status, 2);
    assert.equal((await append({ pod: 'x'.repeat(20_000) })).status, 1);
    log = join(folder, 'none', 'events.log');
    assert.equal((await append()).status, 1);
  });
});
