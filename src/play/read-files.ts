import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { HostError } from '../errors/host-error.ts';
import { UsageError } from '../errors/usage-error.ts';
import type { ManifestFile } from '../kube/manifest-file.ts';

export interface ReadRequest {
  /** Paths, URLs, or `-` for standard input, which may stand alone only. */
  readonly names: readonly string[];
  readonly stdin: NodeJS.ReadableStream;
  /** Gets the text behind an http or https URL. */
  readonly download: (url: string) => Promise<string>;
}

/** Reads manifests from files, URLs or standard input. Throws UsageError, HostError FILE_UNREADABLE or what `download` throws. */
export async function readFiles({ names, stdin, download }: ReadRequest): Promise<readonly ManifestFile[]> {
  if (names.includes('-') && names.length > 1) {
    throw new UsageError({
      code: 'CONFLICTING_FLAGS',
      message: 'standard input (-) cannot be joined with other files',
    });
  }
  return Promise.all(names.map((name) => readOne(name, stdin, download)));
}

async function readOne(
  name: string,
  stdin: ReadRequest['stdin'],
  download: ReadRequest['download'],
): Promise<ManifestFile> {
  if (name === '-') return { name, text: await text(stdin) };
  if (/^https?:\/\//.test(name)) return { name, text: await download(name) };
  try {
    return { name, text: readFileSync(name, 'utf8'), folder: dirname(resolve(name)) };
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

function unreadable(name: string, cause: unknown): HostError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    EISDIR: 'it is a folder',
    EACCES: 'permission denied',
    ENOTDIR: 'a part of the path is not a folder',
  };
  return new HostError({
    code: 'FILE_UNREADABLE',
    message: `${name} cannot be read: ${reasons[code] ?? code}`,
    ...(code === 'EISDIR' ? { hint: 'name the files in it' } : {}),
    cause,
  });
}
