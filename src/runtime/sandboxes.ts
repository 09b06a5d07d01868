import { copyFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandboxes, SandboxFiles, SandboxPaths } from '../contracts/sandboxes.ts';
import { ensureFolder, listFolder, readFile, readJson, removeTree, writeFile } from '../host/files.ts';
import { MOUNT, mount, unmount } from '../host/mount.ts';
import { isMountPoint } from '../host/mount-id.ts';

export interface SandboxesOptions {
  /** Lasting folder that programs may be run from. */
  readonly stateFolder: string;
  /** Folder of this boot. */
  readonly runFolder: string;
  /** Folder in which network namespaces are pinned, `/run/netns`. */
  readonly netnsFolder: string;
  /** Added to names that all stores of this host share; empty for the default store. */
  readonly storeId: string;
  /** Path of the static `pause`. */
  readonly pause: string;
  readonly hostFiles: {
    readonly hosts: string;
    readonly resolvConf: string;
    readonly upstreamResolvConf: string;
  };
}

/** The run-time files of pods and containers below the run folder. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const pods = join(options.runFolder, 'pods');
  const containers = join(options.runFolder, 'containers');
  const paths = (podId: string): SandboxPaths => {
    const folder = join(pods, podId);
    return {
      folder,
      hosts: join(folder, 'hosts'),
      hostname: join(folder, 'hostname'),
      resolvConf: join(folder, 'resolv.conf'),
      shm: join(folder, 'shm'),
      netns: join(
        options.netnsFolder,
        `pod-${options.storeId === '' ? '' : `${options.storeId}-`}${podId.slice(0, 16)}`,
      ),
    };
  };
  const bundle = (containerId: string) => join(containers, containerId);
  return {
    paths,
    bundle,
    async prepare(podId, { shmBytes }) {
      const { folder, shm } = paths(podId);
      ensureFolder(folder);
      ensureFolder(shm);
      if (isMountPoint(shm)) return;
      await mount({
        source: 'shm',
        target: shm,
        type: 'tmpfs',
        flags: MOUNT.NOSUID | MOUNT.NODEV | MOUNT.NOEXEC,
        data: `mode=1777,size=${shmBytes}`,
      });
    },
    async writeFiles(podId, files) {
      const target = paths(podId);
      for (const name of [
        'hosts',
        'hostname',
        'resolvConf',
      ] as const satisfies readonly (keyof SandboxFiles)[]) {
        await writeFile(target[name], files[name], { mode: 0o644 });
      }
    },
    async hostFiles() {
      const text = (path: string) => readFile(path)?.toString('utf8');
      const { hosts, resolvConf, upstreamResolvConf } = options.hostFiles;
      const upstream = text(upstreamResolvConf);
      return {
        hosts: text(hosts) ?? '',
        resolvConf: text(resolvConf) ?? '',
        ...(upstream === undefined ? {} : { upstreamResolvConf: upstream }),
      };
    },
    async remove(podId) {
      const { folder, shm } = paths(podId);
      await unmount(shm, { lazy: true });
      await removeTree(folder);
    },
    async present() {
      return listFolder(pods);
    },
    async writeBundle(containerId, config) {
      const folder = bundle(containerId);
      await removeTree(folder);
      ensureFolder(folder);
      await writeFile(join(folder, 'config.json'), config, { mode: 0o600 });
    },
    async readBundle(containerId) {
      return readJson(join(bundle(containerId), 'config.json'));
    },
    async removeBundle(containerId) {
      await removeTree(bundle(containerId));
    },
    async infra() {
      return installInfra(options);
    },
  };
}

/** Copies `pause` out of the installation once per version: a pod outlives an update of the installation. */
function installInfra({ stateFolder, pause }: SandboxesOptions): { rootfs: string; pause: string } {
  const { size, mtimeMs } = statSync(pause);
  const folder = join(stateFolder, 'infra', `${size}-${Math.round(mtimeMs)}`);
  const installed = { rootfs: join(folder, 'rootfs'), pause: join(folder, 'pause') };
  if (statSync(installed.pause, { throwIfNoEntry: false }) !== undefined) return installed;
  for (const name of ['proc', 'sys', 'dev']) ensureFolder(join(installed.rootfs, name), { mode: 0o755 });
  copyFileSync(pause, join(installed.rootfs, 'pause'));
  const copy = join(folder, `.pause.${process.pid}`);
  copyFileSync(pause, copy);
  renameSync(copy, installed.pause);
  return installed;
}
