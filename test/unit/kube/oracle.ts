import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where kubectl, the oracle for how Kubernetes reads YAML, is installed. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** What kubectl reads from texts without a server, or undefined where it refuses one. */
export function kubectlReads(...texts: readonly string[]): unknown[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const files = texts.map((_, index) => join(folder, `${index}.yaml`));
    for (const [index, file] of files.entries()) writeFileSync(file, texts[index] ?? '');
    const { status, stdout } = spawnSync(
      'kubectl',
      [
        ...['label', '--local', '--dry-run=client', 'oracle=1', '-o', 'json'],
        ...files.map((file) => `-f=${file}`),
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    if (status !== 0) return undefined;
    return jsonStream(stdout).map(withoutLabel);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Integers that a double cannot hold become bigint, as in our own reading. */
export function exact(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value;
  return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

type Reviver = (this: unknown, key: string, value: unknown) => unknown;

function jsonStream(text: string): unknown[] {
  const parts = text.split(/^(?=\{$)/m).filter((part) => part.trim() !== '');
  return parts.map((part) => JSON.parse(part, exact as Reviver) as unknown);
}

function withoutLabel(object: unknown): unknown {
  const copy = object as { metadata: { labels?: Record<string, string> } };
  const { oracle: _, ...labels } = copy.metadata.labels ?? {};
  copy.metadata.labels = labels;
  return copy;
}
