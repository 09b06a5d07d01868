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
    super({ code: 'SYSTEM', kind: 'external', message: `${syscall}${target}: ${errno}`, cause });
    this.errno = errno;
    this.syscall = syscall;
    this.path = path;
  }
}
