import { getSystemErrorMap } from 'node:util';
import { PodError } from './pod-error.ts';

/** Where a system call failed: the errno's name (`ENOENT`), the call, and the path it was given, if any. */
export interface SystemFailure {
  readonly errno: string;
  readonly syscall: string;
  readonly path?: string;
  readonly cause?: unknown;
}

/** A system call that the kernel refused. `code` is `SYSTEM`; `errno` tells the reason. */
export class SystemError extends PodError<'SYSTEM'> {
  readonly errno: string;
  readonly syscall: string;
  readonly path: string | undefined;

  constructor({ errno, syscall, path, cause }: SystemFailure) {
    const target = path === undefined ? '' : ` ${path}`;
    const hint = HINTS[errno];
    super({
      code: 'SYSTEM',
      kind: 'external',
      message: `${syscall}${target}: ${wordsFor(errno)}`,
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
  }
}

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'make room on that disk, then try again',
  EDQUOT: 'make room, or have the quota raised, then try again',
  EROFS: 'make the file system writable, or use another folder (--root, --runroot)',
};

function wordsFor(errno: string): string {
  for (const [name, words] of getSystemErrorMap().values()) if (name === errno) return words;
  return errno;
}
