import { join } from 'node:path';
import { VolumeError } from '../errors/volume-error.ts';
import { ensureFolder } from '../host/files.ts';
import { MOUNT, mount } from '../host/mount.ts';
import { isMountPoint } from '../host/mount-id.ts';
import { pathSegment } from '../values/path-segment.ts';
import { parseQuantity, wholeUnits } from '../values/quantity.ts';
import type { VolumeType } from './volume-type.ts';

/** An empty folder for the pod: on disk, or with medium Memory on a file system in memory with the size asked for. */
export const emptyDir: VolumeType = {
  plan({ name, emptyDir }, { diskFolder, memoryFolder }) {
    const medium = emptyDir?.medium ?? '';
    const result = { name, type: 'directory', readOnly: false, source: 'emptyDir' } as const;
    switch (medium) {
      case '': {
        const path = join(diskFolder, pathSegment(name));
        return async () => {
          ensureFolder(diskFolder);
          ensureFolder(path, { mode: 0o777 });
          return { ...result, path };
        };
      }
      case 'Memory': {
        const path = join(memoryFolder, pathSegment(name));
        const size = sizeOption(emptyDir?.sizeLimit);
        return async () => {
          ensureFolder(path);
          if (!isMountPoint(path)) await mountMemory(path, size);
          return { ...result, path };
        };
      }
      default:
        throw new VolumeError({
          code: 'UNSUPPORTED_VOLUME',
          message: `volume ${name}: emptyDir has the medium ${medium}, which pod does not provide`,
          hint: 'leave medium out for a folder on disk, or use Memory',
        });
    }
  },
};

async function mountMemory(path: string, size: string): Promise<void> {
  await mount({
    source: 'tmpfs',
    target: path,
    type: 'tmpfs',
    flags: MOUNT.NOSUID | MOUNT.NODEV,
    data: `mode=0777${size}`,
  });
}

/** Without a limit, or with 0, the kernel's own: half of the memory. */
function sizeOption(sizeLimit: string | undefined): string {
  const bytes = sizeLimit === undefined ? 0n : wholeUnits(parseQuantity(sizeLimit));
  return bytes === 0n ? '' : `,size=${bytes}`;
}
