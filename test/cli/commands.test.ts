import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { POD } from '../host/machine.ts';
import { commandSurface, surfaceFile } from './command-surface.ts';

const run = promisify(execFile);
const table: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(dirname(POD), '..', 'dist', 'commands.json'), 'utf8'),
);
const groups = [...new Set(Object.keys(table).flatMap((name) => name.split(' ').slice(0, -1).join(' ')))];

describe('the commands', () => {
  it('are those of test/cli/commands.json, which `node test/cli/command-surface.ts` writes anew', async () => {
    assert.deepEqual(await commandSurface(), JSON.parse(readFileSync(surfaceFile, 'utf8')));
  });

  it('have no letter twice, and none of a global flag', async () => {
    for (const [name, { flags }] of Object.entries(await commandSurface())) {
      const letters = flags.flatMap((flag) => /, -(\w)/.exec(flag)?.[1] ?? []);
      assert.equal(new Set(letters).size, letters.length, name);
      assert.equal(letters.includes('D'), false, name);
    }
  });

  it('have help that is aligned and complete', async () => {
    const names = [...groups, ...new Set(Object.values(table))].map((name) => name.replaceAll(':', ' '));
    const helps = await inParallel(names, async (name) => {
      const words = name.split(' ').filter((word) => word !== '');
      return [name, (await run(POD, [...words, '--help'])).stdout] as const;
    });
    for (const [name, text] of helps) checkHelp(name, text);
  });
});

function checkHelp(name: string, text: string): void {
  assert.match(text, /[^\n]\n$/, name);
  assert.doesNotMatch(text, /[ \t]\n|\t|undefined|\[object/, name);
  assert.match(text, /^Usage:\n {2}pod/m, name);
  const lines = text.split('\n');
  for (const line of lines) assert.ok(line.length <= 140, `${name}: ${line}`);
  const heading = lines.findIndex((line) => /^(Options|Available Commands):$/.test(line));
  const rows = lines.slice(heading + 1).filter((line) => /^ {2}(-|\w)/.test(line) || /^ {6}--/.test(line));
  const options = rows.filter((line) => line.includes('--'));
  const columns = options.map((line) => /^.*\S {3,}(?=\S)/.exec(line)?.[0].length);
  assert.equal(new Set(columns).size <= 1, true, `${name}:\n${text}`);
}

/** Four at once, as many as there may be test files beside this one. */
async function inParallel<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = [...items];
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) results.push(await act(item));
  };
  await Promise.all([work(), work(), work(), work()]);
  return results;
}
