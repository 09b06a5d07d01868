import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StateError } from '../../../src/errors/state-error.ts';
import { createStore } from '../../../src/state/create-store.ts';

describe('journals and events', () => {
  let folder: string;
  const open = (now?: () => Date) =>
    createStore({
      folder,
      runFolder: join(folder, 'run'),
      processes: { alive: () => false },
      ...(now === undefined ? {} : { now }),
    });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-journals-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('leave a journal alone while its command lives, and forget it when it is finished', async () => {
    const journal = await open().journals.open('play');
    await journal.add({ type: 'volume', namespace: 'default', name: 'v' });
    assert.equal(journal.entries.length, 1);
    assert.deepEqual(await open().journals.abandoned(), []);
    await journal.finish();
    assert.deepEqual(readdirSync(join(folder, 'journals')), []);
    assert.deepEqual(await open().journals.abandoned(), []);
  });

  it('give up dead journals oldest first, without what was cut short, each once', async () => {
    await (await open().journals.open('x')).finish();
    const at = (name: string) => join(folder, 'journals', name);
    const entry = { type: 'pod', podId: 'p' };
    writeFileSync(at('2'), `${JSON.stringify({ format: 1, verb: 'down' })}\n`);
    writeFileSync(
      at('1'),
      `${JSON.stringify({ format: 1, verb: 'play' })}\n${JSON.stringify(entry)}\n{"type":"po`,
    );
    writeFileSync(at('0'), '{"form');
    const abandoned = await open().journals.abandoned();
    assert.deepEqual(
      abandoned.map(({ verb, entries }) => [verb, entries]),
      [
        ['play', [entry]],
        ['down', []],
      ],
    );
    assert.deepEqual(await open().journals.abandoned(), []);
    for (const journal of abandoned) await journal.finish();
    assert.deepEqual(readdirSync(join(folder, 'journals')), []);
  });

  it('refuse a newer journal', async () => {
    await (await open().journals.open('x')).finish();
    writeFileSync(join(folder, 'journals', '0'), '{"format":2,"verb":"play"}\n');
    await assert.rejects(
      open().journals.abandoned(),
      (error) => error instanceof StateError && error.code === 'RECORD_NEWER',
    );
  });

  describe('events', () => {
    const event = (reason: string) =>
      ({ object: { kind: 'Pod', name: 'web' }, type: 'Normal', reason, message: 'm' }) as const;
    const reasons = async (options?: { since?: Date; until?: Date }) => {
      const found: string[] = [];
      for await (const { reason } of open().events.read(options)) found.push(reason);
      return found;
    };

    it('are read in order, between times, past what was cut short', async () => {
      let time = 0;
      const { events } = open(() => {
        time += 1000;
        return new Date(time);
      });
      assert.deepEqual(await reasons(), []);
      await events.append(event('one'));
      await events.append(event('two'));
      appendFileSync(join(folder, 'events.log'), '{"version":1,"ti');
      await events.append(event('three'));
      assert.deepEqual(await reasons(), ['one', 'two', 'three']);
      assert.deepEqual(await reasons({ since: new Date(2000), until: new Date(2500) }), ['two']);
    });

    it('go on in a new file when the old one is long, and none is lost', async () => {
      const { events } = open();
      await events.append(event('one'));
      const filler = `${JSON.stringify({ ...event('filler'), version: 1, time: new Date().toISOString() })}\n`;
      appendFileSync(join(folder, 'events.log'), filler.repeat(Math.ceil((4 * 1024 * 1024) / filler.length)));
      await events.append(event('two'));
      await events.append(event('three'));
      assert.deepEqual(
        readdirSync(folder)
          .filter((name) => name.startsWith('events'))
          .sort(),
        ['events.log', 'events.log.1'],
      );
      const found = await reasons();
      assert.deepEqual([found[0], ...found.slice(-2)], ['one', 'two', 'three']);
    });
  });
});
