import type { NamedVolume } from '../contracts/volumes.ts';
import { displayName } from '../values/namespace.ts';

/** A volume, by Podman's field names, with the pods that use it beside. */
export interface VolumeView {
  readonly Name: string;
  readonly Namespace: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly CreatedAt: string;
  readonly Labels: ReadonlyMap<string, string>;
  readonly Scope: string;
  readonly Options: ReadonlyMap<string, string>;
  readonly MountCount: number;
  readonly UsedBy: readonly string[];
  readonly NeedsCopyUp: boolean;
  readonly NeedsChown: boolean;
}

export const volumeColumns = 'table {{.Driver}}\t{{.Name}}\t{{join .UsedBy ", "}}';
export const volumeHeadings = { Name: 'VOLUME NAME', UsedBy: 'USED BY' };

/** A volume as listings and `volume inspect` show it. */
export function volumeView(volume: NamedVolume): VolumeView {
  const { namespace, name, path, created, labels, usedBy } = volume;
  return {
    Name: displayName(namespace, name),
    Namespace: namespace,
    Driver: 'local',
    Mountpoint: path,
    CreatedAt: created,
    Labels: new Map(Object.entries(labels)),
    Scope: 'local',
    Options: new Map(),
    MountCount: usedBy.length,
    UsedBy: usedBy,
    NeedsCopyUp: false,
    NeedsChown: false,
  };
}
