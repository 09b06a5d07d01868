import { renderTable } from './table.ts';

/** What `pod version` tells, with the names that templates use. */
export interface VersionView {
  readonly Client: {
    readonly Version: string;
    readonly NodeVersion: string;
    readonly Os: string;
    readonly OsArch: string;
  };
  /** The programs that containers are run with. */
  readonly Components: readonly { readonly Name: string; readonly Version: string; readonly Path: string }[];
}

/** The versions, one to a line. */
export function renderVersion({ Client, Components }: VersionView): string {
  return renderTable([
    ['Client:', 'pod'],
    ['Version:', Client.Version],
    ['Node Version:', Client.NodeVersion],
    ['OS/Arch:', Client.OsArch],
    ...Components.map(({ Name, Version, Path }) => [`${Name}:`, `${Version} (${Path})`]),
  ]);
}
