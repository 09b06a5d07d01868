import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  read,
  readSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HostError } from '../errors/host-error.ts';
import { ImageError } from '../errors/image-error.ts';
import { SystemError } from '../errors/system-error.ts';
import { ensureFolder, systemError } from '../host/files.ts';
import { type Compression, decompress } from './compression.ts';
import { indexMembers, type Member } from './member-index.ts';
import { writeFailure } from './unpack-failure.ts';

/** A tar that holds images, whose members can be read in any order. */
export interface ImageArchive extends Disposable {
  has(name: string): boolean;
  /** The whole of a member. Throws ImageError ARCHIVE_INVALID if there is none, TOO_LARGE beyond `maximum` bytes. */
  read(name: string, maximum: number): Buffer;
  /** Throws ImageError ARCHIVE_INVALID if there is no such member. */
  stream(name: string): AsyncIterable<Buffer>;
}

const chunkSize = 1 << 18;
const readAt = promisify(read);

/**
 * Opens an archive of images from a path or a stream. What is compressed or cannot be read in any order is first
 * written to a nameless file in `temporaryFolder`. Throws ImageError ARCHIVE_INVALID; SystemError for the file.
 */
export async function openImageArchive(
  source: string | NodeJS.ReadableStream,
  { temporaryFolder }: { readonly temporaryFolder: string },
): Promise<ImageArchive> {
  const descriptor = await seekable(source, temporaryFolder);
  try {
    const { size } = fstatSync(descriptor);
    return new FileArchive(descriptor, indexMembers(descriptor, size));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** A source of bytes: a file by its path, or a stream. Throws HostError FILE_UNREADABLE for the file. */
export function bytesOf(source: string | NodeJS.ReadableStream): AsyncIterable<Uint8Array> {
  if (typeof source === 'string') checkReadable(source);
  if (typeof source === 'string') return createReadStream(source, { highWaterMark: chunkSize });
  return source as AsyncIterable<unknown> as AsyncIterable<Uint8Array>;
}

function checkReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
    if (!statSync(path).isDirectory()) return;
  } catch (cause) {
    throw unreadable(path, systemError(cause));
  }
  throw unreadable(path, undefined);
}

function unreadable(path: string, cause: unknown): HostError {
  return new HostError({
    code: 'FILE_UNREADABLE',
    message: `${path} cannot be read: ${reasonOf(cause)}`,
    hint: 'give the path of an archive, or - for standard input',
    cause,
  });
}

async function seekable(source: string | NodeJS.ReadableStream, temporaryFolder: string): Promise<number> {
  const { compression, content } = await decompress(bytesOf(source));
  if (typeof source === 'string' && isPlainFile(source, compression)) {
    const descriptor = openSync(source, 'r');
    await stop(content);
    return descriptor;
  }
  const descriptor = namelessFile(temporaryFolder);
  try {
    for await (const chunk of content) writeWhole(descriptor, chunk);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw writeFailure(error, 'the archive while it is read');
  }
}

function isPlainFile(path: string, compression: Compression): boolean {
  if (compression !== 'none') return false;
  const descriptor = openSync(path, 'r');
  try {
    return fstatSync(descriptor).isFile();
  } finally {
    closeSync(descriptor);
  }
}

async function stop(content: AsyncIterable<Buffer>): Promise<void> {
  await content[Symbol.asyncIterator]().return?.();
}

/** A file that vanishes with this process, however it ends. */
function namelessFile(folder: string): number {
  ensureFolder(folder);
  const path = join(folder, `archive-${randomBytes(8).toString('hex')}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return descriptor;
}

function writeWhole(descriptor: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

class FileArchive implements ImageArchive {
  readonly #descriptor: number;
  readonly #members: ReadonlyMap<string, Member>;

  constructor(descriptor: number, members: ReadonlyMap<string, Member>) {
    this.#descriptor = descriptor;
    this.#members = members;
  }

  has(name: string): boolean {
    return this.#members.has(name);
  }

  read(name: string, maximum: number): Buffer {
    const { offset, size } = this.#member(name);
    if (size > maximum) {
      throw new ImageError({
        code: 'TOO_LARGE',
        message: `${name} in the archive has ${size} bytes, more than any image needs`,
      });
    }
    const bytes = Buffer.alloc(size);
    for (let done = 0; done < size; ) {
      const count = readSync(this.#descriptor, bytes, done, size - done, offset + done);
      if (count === 0) throw missing(name);
      done += count;
    }
    return bytes;
  }

  async *stream(name: string): AsyncGenerator<Buffer> {
    const { offset, size } = this.#member(name);
    for (let done = 0; done < size; ) {
      const length = Math.min(chunkSize, size - done);
      // A stream of node:fs would close the descriptor when it is left early.
      const { bytesRead, buffer } = await readAt(
        this.#descriptor,
        Buffer.alloc(length),
        0,
        length,
        offset + done,
      );
      if (bytesRead === 0) throw missing(name);
      yield buffer.subarray(0, bytesRead);
      done += bytesRead;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }

  #member(name: string): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw missing(name);
    return member;
  }
}

function missing(name: string): ImageError {
  return new ImageError({
    code: 'ARCHIVE_INVALID',
    message: `the archive lacks ${JSON.stringify(name)}, which it says it has`,
    hint: 'it may be cut off; make it again',
  });
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof SystemError)) return 'it is a folder';
  return cause.errno === 'ENOENT' ? 'no such file' : cause.errno;
}
