import { StorageError } from '../errors/storage-error.ts';
import { type ConfigFile, readSettings } from './settings.ts';

/** What storage.conf (containers-storage.conf(5)) says, as far as it concerns the overlay driver. */
export interface StorageSettings {
  readonly graphRoot?: string;
  readonly runRoot?: string;
  /** Read-only stores whose images can be used beside our own. */
  readonly additionalImageStores: readonly string[];
  /** Options added to each overlay mount, `nodev` for example. */
  readonly mountOptions: readonly string[];
}

/**
 * Reads storage.conf. A store that is not plain kernel overlay is refused with StorageError STORE_UNSUPPORTED: another
 * driver, a mount program (its layers carry another kind of whiteouts, for root as well), a forced mask.
 * Throws ConfigError too.
 */
export function readStorageSettings(file: ConfigFile | undefined): StorageSettings {
  if (file === undefined) return { additionalImageStores: [], mountOptions: [] };
  const settings = readSettings(file);
  checkDriver(settings.string('storage.driver') ?? '', file.path);
  const overlayOption = (name: string) =>
    settings.string(`storage.options.overlay.${name}`) ?? settings.string(`storage.options.${name}`) ?? '';
  for (const name of ['mount_program', 'force_mask']) {
    if (overlayOption(name) !== '') throw unsupported(file.path, `${name} is set`, `remove ${name} from it`);
  }
  if (/^true$/i.test(overlayOption('use_composefs'))) {
    throw unsupported(file.path, 'use_composefs is set', 'remove use_composefs from it');
  }
  const stores = [
    ...(settings.strings('storage.options.additionalimagestores') ?? []),
    ...(settings.strings('storage.options.overlay.additionalimagestores') ?? []),
  ];
  const [graphRoot, runRoot] = ['storage.graphroot', 'storage.runroot'].map((path) => {
    const value = settings.string(path) ?? '';
    if (value !== '' && !value.startsWith('/')) throw settings.invalid(path, 'is not an absolute path');
    return value;
  });
  return {
    ...(graphRoot ? { graphRoot } : {}),
    ...(runRoot ? { runRoot } : {}),
    additionalImageStores: stores.filter((store) => store !== ''),
    mountOptions: overlayOption('mountopt')
      .split(',')
      .filter((option) => option !== ''),
  };
}

/** Throws StorageError STORE_UNSUPPORTED unless the driver is overlay or left open. `source` names who asked for it. */
export function checkDriver(driver: string, source: string): void {
  if (['', 'overlay', 'overlay2'].includes(driver)) return;
  throw unsupported(
    source,
    `its storage driver is ${driver}`,
    'pod uses the overlay driver: choose it, or another --root',
  );
}

function unsupported(source: string, reason: string, hint: string): StorageError {
  return new StorageError({
    code: 'STORE_UNSUPPORTED',
    message: `${source} asks for a store that pod cannot use: ${reason}`,
    hint,
  });
}
