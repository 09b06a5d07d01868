import { SystemError } from '../errors/system-error.ts';
import { native } from './native.ts';

/** Flags of mount(2), by their names without MS_. */
export const MOUNT = {
  RDONLY: 1,
  NOSUID: 1 << 1,
  NODEV: 1 << 2,
  NOEXEC: 1 << 3,
  REMOUNT: 1 << 5,
  NOATIME: 1 << 10,
  BIND: 1 << 12,
  MOVE: 1 << 13,
  REC: 1 << 14,
  UNBINDABLE: 1 << 17,
  PRIVATE: 1 << 18,
  SLAVE: 1 << 19,
  SHARED: 1 << 20,
  RELATIME: 1 << 21,
} as const;

/** Flags of umount2(2). */
export const UNMOUNT = { FORCE: 1, DETACH: 2, EXPIRE: 4, NOFOLLOW: 8 } as const;

export interface MountRequest {
  /** A device, a path to bind, or a name for listings. */
  readonly source?: string;
  /** Absolute path of the mount point, which exists. */
  readonly target: string;
  readonly type?: string;
  /** Sum of MOUNT flags. */
  readonly flags?: number;
  /** The file system's own options; together below one page (4096 bytes). */
  readonly data?: string;
  /** Folder that relative paths in `data` and a relative `source` start from. */
  readonly base?: string;
}

/** mount(2) on a thread of its own. Throws SystemError with the target as path. */
export async function mount(request: MountRequest): Promise<void> {
  const { source, target, type, flags, data, base } = request;
  await native().mount(source ?? null, target, type ?? null, flags ?? 0, data ?? null, base ?? null);
}

/**
 * umount2(2) without following a link at the end of the path. Returns whether something was mounted there. `lazy`
 * takes it out of sight even while it is in use.
 */
export async function unmount(target: string, options?: { readonly lazy?: boolean }): Promise<boolean> {
  try {
    await native().umount(target, UNMOUNT.NOFOLLOW | (options?.lazy ? UNMOUNT.DETACH : 0));
    return true;
  } catch (error) {
    // EINVAL: not a mount point. ENOENT, ENOTDIR: no such path.
    if (error instanceof SystemError && ['EINVAL', 'ENOENT', 'ENOTDIR'].includes(error.errno)) return false;
    throw error;
  }
}

export interface BindRequest {
  readonly source: string;
  readonly target: string;
  /** With everything mounted below the source. */
  readonly recursive?: boolean;
  /** MOUNT flags such as RDONLY and NOSUID for the new mount (not for those below it). */
  readonly flags?: number;
}

/** Makes `source` appear at `target` as well. Nothing stays mounted if the flags cannot be set. */
export async function bind({ source, target, recursive, flags }: BindRequest): Promise<void> {
  await mount({ source, target, flags: MOUNT.BIND | (recursive ? MOUNT.REC : 0) });
  if (!flags) return;
  try {
    // The kernel ignores other flags in the call that binds.
    await mount({ target, flags: MOUNT.REMOUNT | MOUNT.BIND | flags });
  } catch (error) {
    await unmount(target, { lazy: true });
    throw error;
  }
}

export interface OverlayRequest {
  /** Lower folders, topmost first; relative ones start from `base`. */
  readonly lowers: readonly string[];
  /** Without upper and work folders the mount is read-only. */
  readonly upper?: string;
  readonly work?: string;
  readonly target: string;
  readonly base?: string;
  /** Further options of overlayfs, such as `userxattr`. */
  readonly options?: readonly string[];
}

/** Mounts an overlay. Throws SystemError, EINVAL where the options do not fit into one page. */
export async function mountOverlay(request: OverlayRequest): Promise<void> {
  const { target, base } = request;
  await mount({
    source: 'overlay',
    target,
    type: 'overlay',
    data: overlayData(request),
    ...(base !== undefined && { base }),
  });
}

/** The data of an overlay mount, with the characters escaped that overlayfs gives a meaning. */
export function overlayData({
  lowers,
  upper,
  work,
  options,
}: Omit<OverlayRequest, 'target' | 'base'>): string {
  const parts = [`lowerdir=${lowers.map((lower) => escaped(lower, /[\\,:]/g)).join(':')}`];
  if (upper !== undefined && work !== undefined) {
    parts.push(`upperdir=${escaped(upper, /[\\,]/g)}`, `workdir=${escaped(work, /[\\,]/g)}`);
  }
  return [...parts, ...(options ?? [])].join(',');
}

function escaped(path: string, special: RegExp): string {
  return path.replace(special, '\\$&');
}
