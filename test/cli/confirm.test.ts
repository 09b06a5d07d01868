import { doesNotMatch, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { POD } from '../host/machine.ts';

describe('a question on the terminal', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-confirm-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function answered(keys: string): Promise<{ readonly code: number; readonly text: string }> {
    const command = `${POD} --root ${folder}/root --runroot ${folder}/run volume prune`;
    const terminal = spawn('script', ['-qec', command, '/dev/null']);
    let text = '';
    let asked = false;
    terminal.stdout.on('data', (chunk) => {
      text += String(chunk);
      if (asked || !text.includes('[y/N]')) return;
      asked = true;
      terminal.stdin.write(keys);
    });
    const [code] = await once(terminal, 'exit');
    return { code, text };
  }

  for (const [noun, keys] of [
    ['yes', 'y\n'],
    ['no', 'n\n'],
    ['its end', '\x04'],
  ] as const) {
    it(`takes ${noun} for an answer`, async () => {
      const { code, text } = await answered(keys);
      equal(code, 0, text);
      doesNotMatch(text, /Error|Hint/);
    });
  }

  it('can be left with Ctrl-C', async () => {
    const { code, text } = await answered('\x03');
    equal(code, 130, text);
    match(text, /Error.*: interrupted/);
  });
});
