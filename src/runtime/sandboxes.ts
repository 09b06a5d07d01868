import { copyFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
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
  /** Folder with the static programs `pause` and `exited`. */
  readonly programs: string;
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
    async pins() {
      const store = options.storeId === '' ? '' : `${options.storeId}-`;
      const pin = new RegExp(`^pod-${store}([0-9a-f]{16})$`);
      return listFolder(options.netnsFolder).flatMap((name) => {
        const podPrefix = pin.exec(name)?.[1];
        return podPrefix === undefined ? [] : [{ path: join(options.netnsFolder, name), podPrefix }];
      });
    },
    async bundles() {
      return listFolder(containers);
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
      const { rootfs, pause } = install(options);
      return { rootfs, pause };
    },
    async exitCommand({ id, podId, namespace, podName, fullName, bundle: exitFolder }) {
      const { exited } = install(options);
      return [
        exited,
        join(options.stateFolder, 'events.log'),
        id,
        podId,
        namespace,
        podName,
        fullName,
        exitFolder,
      ];
    },
  };
}

interface Installed {
  readonly rootfs: string;
  readonly pause: string;
  readonly exited: string;
}

/** Copies the static programs out of the installation, once per version: pods outlive an update of the installation. */
function install({ stateFolder, programs }: SandboxesOptions): Installed {
  const version = ['pause', 'exited']
    .map((name) => statSync(join(programs, name)))
    .map(({ size, mtimeMs }) => `${size}-${Math.round(mtimeMs)}`);
  const folder = join(stateFolder, 'programs', version.join('-'));
  const rootfs = join(folder, 'rootfs');
  const installed = { rootfs, pause: join(folder, 'pause'), exited: join(folder, 'exited') };
  if (statSync(installed.exited, { throwIfNoEntry: false }) !== undefined) return installed;
  for (const name of ['proc', 'sys', 'dev']) ensureFolder(join(rootfs, name), { mode: 0o755 });
  // A mount point for `pause`.
  writeFileSync(join(rootfs, 'pause'), '');
  for (const name of ['pause', 'exited'] as const) {
    const copy = join(folder, `.${name}.${process.pid}`);
    copyFileSync(join(programs, name), copy);
    renameSync(copy, installed[name]);
  }
  return installed;
}
