import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFolder, readFile, replaceFile } from '../host/files.ts';
import type { RuntimeSpec } from '../oci/runtime-spec.ts';
import type { Tools } from './tools.ts';

/** crun takes a compiled filter from here instead of compiling linux.seccomp (crun(1)). */
const ANNOTATION = 'run.oci.seccomp_bpf_data';

/** The file in crun's state of a container that holds its compiled filter. */
const COMPILED = 'seccomp.bpf';

/** What the filter of a container to be created is kept under; undefined where there is nothing to keep. */
export type FilterKey = string | undefined;

/**
 * Hands crun the compiled filter that an earlier container with the same profile had: compiling the default profile
 * takes crun twice as long as all the rest of creating a container. The profile stays in the config, for
 * runtimes that do not know the annotation.
 */
export async function reuseFilter(tools: Tools, bundle: string): Promise<FilterKey> {
  if (tools.name !== 'crun') return undefined;
  const path = join(bundle, 'config.json');
  const spec = parseSpec(readFile(path));
  if (!spec?.linux?.seccomp) return undefined;
  const key = keyOf(tools, spec.linux.seccomp);
  const compiled = readFile(join(tools.filters, key));
  if (compiled === undefined) return key;
  const annotations = { ...spec.annotations, [ANNOTATION]: compiled.toString('base64') };
  await replaceFile(path, JSON.stringify({ ...spec, annotations } satisfies RuntimeSpec));
  return undefined;
}

/** Keeps what crun compiled for a container that it just created. */
export async function keepFilter(
  tools: Tools,
  { id, key }: { readonly id: string; readonly key: FilterKey },
) {
  if (key === undefined) return;
  const compiled = readFile(join(tools.runtimeRoot, id, COMPILED));
  if (compiled === undefined) return;
  ensureFolder(tools.filters);
  await replaceFile(join(tools.filters, key), compiled);
}

/** What is no JSON is left for the runtime to refuse. */
function parseSpec(text: Buffer | undefined): RuntimeSpec | undefined {
  try {
    return text && JSON.parse(text.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function keyOf({ runtime }: Tools, seccomp: object): string {
  const { mtimeMs, size, ino } = statSync(runtime);
  return createHash('sha256')
    .update(JSON.stringify([runtime, mtimeMs, size, ino, seccomp]))
    .digest('hex');
}
