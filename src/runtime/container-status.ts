import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeStatus } from '../contracts/runtime.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Tools } from './tools.ts';

/** What the runtime says of a container; undefined when it knows none. */
export async function containerStatus(tools: Tools, id: string): Promise<RuntimeStatus | undefined> {
  if (!isKnown(tools, id)) return undefined;
  const { status, stdout, stderr } = await tools.exec.complete({
    argv: [tools.runtime, '--root', tools.runtimeRoot, 'state', id],
  });
  if (status === 0) return (JSON.parse(stdout) as { readonly status: RuntimeStatus }).status;
  // Another process may have deleted it just now.
  if (!isKnown(tools, id)) return undefined;
  throw new RuntimeError({
    code: 'RUNTIME_BROKEN',
    kind: 'external',
    message: `the runtime cannot tell the state of container ${id}: ${stderr.trim()}`,
  });
}

/** Whether the runtime has state of the container: one folder each, in crun as in runc. */
export function isKnown({ runtimeRoot }: Tools, id: string): boolean {
  return existsSync(join(runtimeRoot, id));
}
