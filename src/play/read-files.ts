import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
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
  if (name === '-') return { name, text: decode('standard input', await buffer(stdin)) };
  if (/^https?:\/\//.test(name)) return { name, text: await download(name) };
  return { name, text: decode(name, readBytes(name)), folder: dirname(resolve(name)) };
}

function readBytes(name: string): Buffer {
  try {
    return readFileSync(name);
  } catch (cause) {
    throw unreadable(name, cause);
  }
}

/** Kubernetes refuses what is not UTF-8; read as if it were, it would be played with wrong letters. */
function decode(title: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const line = bytes.subarray(0, firstInvalid(bytes)).filter((byte) => byte === LINE_FEED).length + 1;
  throw new HostError({
    code: 'FILE_UNREADABLE',
    message: `${title} cannot be read: line ${line} is not UTF-8 text`,
    hint: 'save it as UTF-8; a manifest is text, not an archive or a program',
  });
}

const LINE_FEED = 0x0a;

/** Offset before which all is UTF-8. */
function firstInvalid(bytes: Buffer): number {
  let [valid, invalid] = [0, bytes.length];
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1;
    // A character that is cut is no fault yet: up to three more bytes may complete it.
    const whole = [0, 1, 2, 3].some((more) => isUtf8(bytes.subarray(0, middle + more)));
    if (whole) valid = middle;
    else invalid = middle;
  }
  return valid;
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
