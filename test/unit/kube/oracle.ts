import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** True where kubectl, the oracle for how Kubernetes reads YAML, is installed. */
export const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

/** What kubectl reads from texts without a server, or undefined where it refuses one. */
export function kubectlReads(...texts: readonly string[]): unknown[] | undefined {
  return run(['label', 'oracle=1'], texts)?.map(withoutLabel);
}

/**
 * The same after kubectl made API objects of it, for pods and workloads: every image is `x` then, and what the
 * types do not know is gone.
 */
export function kubectlTypes(...texts: readonly string[]): unknown[] | undefined {
  return run(['set', 'image', '*=x'], texts);
}

function run(command: readonly string[], texts: readonly string[]): unknown[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
  try {
    const files = texts.map((_, index) => join(folder, `${index}.yaml`));
    for (const [index, file] of files.entries()) writeFileSync(file, texts[index] ?? '');
    const { status, stdout } = spawnSync(
      'kubectl',
      [...command, '--local', '--dry-run=client', '-o', 'json', ...files.map((file) => `-f=${file}`)],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    return status === 0 ? jsonStream(stdout) : undefined;
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
