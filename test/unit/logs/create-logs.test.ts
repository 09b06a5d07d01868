import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { LogLine, LogQuery } from '../../../src/contracts/logs.ts';
import { createLogs } from '../../../src/logs/create-logs.ts';

const second = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, number));
const record = (number: number, text = `line ${number}`, tag = 'F') =>
  `${second(number).toISOString()} stdout ${tag} ${text}\n`;
const records = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => record(from + index)).join('');

describe('reading logs', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-logs-'));
    path = join(folder, 'log');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  async function read(query: Omit<LogQuery, 'path'> = {}): Promise<readonly string[]> {
    const texts: string[] = [];
    for await (const { text } of createLogs().read({ path, ...query })) texts.push(text);
    return texts;
  }

  describe('as they are', () => {
    it('has no lines where there is no log', async () => {
      assert.deepEqual(await read(), []);
    });

    it('gives every record in order, whole and partial', async () => {
      writeFileSync(path, record(1, 'a', 'P') + record(1, 'b') + record(2, 'é'.repeat(100_000)));
      const lines: LogLine[] = [];
      for await (const line of createLogs().read({ path })) lines.push(line);
      assert.deepEqual(
        lines.map(({ text, partial }) => [text.length, partial]),
        [
          [1, true],
          [1, false],
          [100_000, false],
        ],
      );
      assert.equal(lines[2]?.text, 'é'.repeat(100_000));
    });

    it('leaves out what is no record, and what is not yet written to its end', async () => {
      writeFileSync(path, `${record(1)}rubbish\n${record(2)}${record(3).trimEnd()}`);
      assert.deepEqual(await read(), ['line 1', 'line 2']);
    });

    it('begins with what was rotated away', async () => {
      writeFileSync(`${path}.2`, records(1, 2));
      writeFileSync(`${path}.1`, records(3, 4));
      writeFileSync(path, records(5, 5));
      assert.deepEqual(await read(), ['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    });
  });

  describe('the tail', () => {
    it('counts a line in parts once', async () => {
      writeFileSync(path, record(1) + record(2, 'a', 'P') + record(2, 'b', 'P') + record(2, 'c') + record(3));
      assert.deepEqual(await read({ tail: 2 }), ['a', 'b', 'c', 'line 3']);
      assert.deepEqual(await read({ tail: 1 }), ['line 3']);
      assert.deepEqual(await read({ tail: 0 }), []);
      assert.deepEqual(await read({ tail: 9 }), ['line 1', 'a', 'b', 'c', 'line 3']);
    });

    it('reaches into rotated files', async () => {
      writeFileSync(`${path}.1`, records(1, 3));
      writeFileSync(path, records(4, 5));
      assert.deepEqual(await read({ tail: 3 }), ['line 3', 'line 4', 'line 5']);
      assert.deepEqual(await read({ tail: 2 }), ['line 4', 'line 5']);
    });

    it('is the end of the whole, however long the lines are', async () => {
      const lengths = fc.array(fc.constantFrom(0, 1, 10, 1000, 65_000, 66_000, 140_000), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(lengths, fc.nat(14), async (all, tail) => {
          const texts = all.map((length, index) => `${index}${'x'.repeat(length)}`);
          writeFileSync(path, texts.map((text, index) => record(index, text)).join(''));
          assert.deepEqual(await read({ tail }), tail === 0 ? [] : texts.slice(-tail));
        }),
        { numRuns: 60 },
      );
    });
  });

  describe('between times', () => {
    beforeEach(() => writeFileSync(path, records(1, 5)));

    it('starts at since and ends at until', async () => {
      assert.deepEqual(await read({ since: second(4) }), ['line 4', 'line 5']);
      assert.deepEqual(await read({ until: second(2) }), ['line 1', 'line 2']);
      assert.deepEqual(await read({ since: second(2), until: second(3) }), ['line 2', 'line 3']);
      assert.deepEqual(await read({ since: second(9) }), []);
    });

    it('takes the later of tail and since', async () => {
      assert.deepEqual(await read({ since: second(2), tail: 2 }), ['line 4', 'line 5']);
      assert.deepEqual(await read({ since: second(5), tail: 3 }), ['line 5']);
    });

    it('does not wait for what comes after until', async () => {
      assert.deepEqual(await read({ follow: true, until: second(2) }), ['line 1', 'line 2']);
    });
  });

  describe('following', () => {
    it('gives lines as they come, across a rotation, to the end of the container', async () => {
      writeFileSync(path, records(1, 1));
      const texts: string[] = [];
      let running = true;
      for await (const { text } of createLogs().read({ path, follow: true, running: async () => running })) {
        texts.push(text);
        if (text === 'line 1') appendFileSync(path, record(2));
        if (text === 'line 2') {
          renameSync(path, `${path}.1`);
          appendFileSync(`${path}.1`, record(3));
          writeFileSync(path, records(4, 4));
        }
        if (text === 'line 4') {
          running = false;
          appendFileSync(path, record(5));
        }
      }
      assert.deepEqual(texts, ['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    });

    it('waits for a log that is not there yet', async () => {
      const controller = new AbortController();
      const lines = createLogs().read({ path, follow: true, signal: controller.signal });
      const iterator = lines[Symbol.asyncIterator]();
      const first = iterator.next();
      setTimeout(() => writeFileSync(path, records(1, 1)), 20);
      assert.equal((await first).value?.text, 'line 1');
      controller.abort();
      assert.equal((await iterator.next()).done, true);
    });

    it('ends when told to', async () => {
      writeFileSync(path, records(1, 1));
      const signal = AbortSignal.timeout(30);
      assert.deepEqual(await read({ follow: true, signal, tail: 0 }), []);
    });
  });
});
