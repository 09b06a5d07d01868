import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HostError } from '../errors/host-error.ts';
import { SystemError } from '../errors/system-error.ts';

declare const watchBrand: unique symbol;

/** A descriptor under watch on the event loop. */
export interface Watch {
  readonly [watchBrand]: true;
}

/** Paths may be bytes, because file names need not be UTF-8. */
export type Path = string | Uint8Array;

/** Bits of what `watch` looks for and reports. */
export const READABLE = 1;
export const WRITABLE = 2;

/** Kinds of record locks, as fcntl numbers them. */
export const LOCK_TYPE = { read: 0, write: 1, unlock: 2 } as const;
export type LockType = (typeof LOCK_TYPE)[keyof typeof LOCK_TYPE];

/** Flags of openat2's `resolve`. */
export const RESOLVE = {
  NO_XDEV: 0x01,
  NO_MAGICLINKS: 0x02,
  NO_SYMLINKS: 0x04,
  BENEATH: 0x08,
  IN_ROOT: 0x10,
} as const;

/** Missing in node:fs; the same number on every architecture that pod runs on. */
export const O_PATH = 0o10000000;

export const SOCKET_TYPE = { datagram: 2, packet: 5 } as const;
export const IP_PROTOCOL = { tcp: 6, udp: 17, sctp: 132 } as const;

/**
 * System calls that Node lacks. Descriptors are numbers, opened close-on-exec, and the caller's to close. Every
 * failure is a SystemError with the errno's name. Synchronous calls return at once; what may take long is a promise,
 * done on a thread of its own.
 */
export interface Native {
  /** Calls back while there is something that `watchEvents` looks for. One watch per descriptor; stop it before closing that. */
  watch(descriptor: number, callback: (events: number) => void): Watch;
  /** READABLE, WRITABLE, both, or 0 for none, as it is at first. */
  watchEvents(watch: Watch, events: number): void;
  /** May be repeated. */
  watchStop(watch: Watch): void;
  /** Whether the watch keeps the process alive. It does at first. */
  watchReference(watch: Watch, keep: boolean): void;

  close(descriptor: number): void;
  /** Bytes read, 0 at the end, -1 when a non-blocking descriptor has nothing now. */
  read(descriptor: number, into: Uint8Array): number;
  /** Bytes written, -1 when a non-blocking descriptor takes nothing now. */
  write(descriptor: number, from: Uint8Array): number;
  /** [read end, write end], blocking. */
  pipe(): [number, number];
  setNonblocking(descriptor: number): void;
  /** A file in memory with this content, read from its beginning. */
  memoryFile(name: string, content: Uint8Array): number;
  openat2(folder: number, path: Path, flags: number, mode: number, resolve: number): number;
  /** `mode` carries the type: S_IFCHR, S_IFBLK, S_IFIFO ... */
  mknod(path: Path, mode: number, major: number, minor: number): void;
  /** Nanoseconds since 1970. Links are not followed. */
  lutimes(path: Path, accessed: bigint, modified: bigint): void;

  /** Undefined where there is no such attribute. Links are not followed, here and below. */
  lgetxattr(path: Path, name: Path): Buffer | undefined;
  lsetxattr(path: Path, name: Path, value: Uint8Array): void;
  /** Whether there was one. */
  lremovexattr(path: Path, name: Path): boolean;
  /** Names, each ended by a zero byte. */
  llistxattr(path: Path): Buffer;

  /** CRC-64/ISO. The checksum so far is 8 bytes, the highest first and at first zero, and is changed in place. */
  crc64(checksum: Uint8Array, bytes: Uint8Array): void;

  /** Locks the whole file without waiting, for the open file (OFD) or for the process (POSIX). False: another holds it. */
  lock(descriptor: number, type: LockType, openFile: boolean): boolean;
  /** [type, pid or -1 for an OFD lock] of a lock that is in the way. */
  lockInTheWay(descriptor: number, type: LockType, openFile: boolean): [LockType, number] | undefined;

  /** With `base`, relative lower folders in `data` and a relative `source` start there. */
  mount(
    source: string | null,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
    base: string | null,
  ): Promise<void>;
  umount(target: string, flags: number): Promise<void>;
  /** Makes a network namespace with loopback up and mounts it on the file, which is made if missing. */
  pinNetwork(path: string): Promise<void>;

  /** A descriptor that turns readable when the process has ended. */
  pidfdOpen(pid: number): number;
  pidfdSendSignal(descriptor: number, signal: number): void;
  /** Reaps a child: undefined while it runs, then once [status, -1] or [-1, signal]. */
  waitid(descriptor: number): [number, number] | undefined;
  /**
   * Starts `file` and returns its pid and a descriptor of the process. `descriptors` are pairs of the child's number and ours; 0 to 2 are /dev/null where not given, all
   * others are closed. Signals are at their defaults in the child.
   */
  spawn(
    file: string,
    argv: readonly string[],
    environment: readonly string[],
    folder: string | null,
    descriptors: readonly number[],
    newSession: boolean,
  ): [number, number];

  /** A connected, non-blocking socket. The path may be of any length, its last part up to about 85 bytes. */
  connectUnix(path: string, type: number): number;
  /** A bound, non-blocking datagram socket. */
  bindUnix(path: string, type: number): number;
  /** A socket that keeps the port from everyone else: bound, and listening where the protocol has connections. */
  holdPort(protocol: number, address: string, port: number): number;
}

interface Binding extends Native {
  setErrorFactory(factory: (errno: string, syscall: string, path?: string) => SystemError): void;
}

let loaded: Native | undefined;

/**
 * The native binding, loaded at first use. Throws HostError NATIVE_MISSING where it was not built.
 */
export function native(): Native {
  loaded ??= load(join(installFolder(), 'build', 'pod.node'));
  return loaded;
}

/** What only the install folder has: what was built, or, before that, what builds it. */
const MARKS = ['build/pod.node', 'native/build.sh'];

/**
 * The folder that pod is installed in, with `build/` in it: the nearest one at or above `start`, which is this file's
 * own folder, in src/ or wherever it was bundled to. `start` itself if there is none.
 */
export function installFolder(start: string = dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (MARKS.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

function load(file: string): Native {
  if (!existsSync(file)) throw missing(file);
  const module: { exports: Binding | Record<string, never> } = { exports: {} };
  try {
    process.dlopen(module, file);
  } catch (cause) {
    throw missing(file, cause);
  }
  const binding = module.exports as Binding;
  binding.setErrorFactory(
    (errno, syscall, path) => new SystemError({ errno, syscall, ...(path !== undefined && { path }) }),
  );
  return binding;
}

function missing(file: string, cause?: unknown): HostError {
  return new HostError({
    code: 'NATIVE_MISSING',
    message: `the native binding ${file} ${cause === undefined ? 'is not there' : 'cannot be loaded'}`,
    hint: 'build it with: npm run build:native',
    cause,
  });
}
