import type { Exec } from '../contracts/exec.ts';
import type { HostFacts } from '../contracts/host-facts.ts';
import type { AttachmentRecords } from './attachment-records.ts';
import type { Gates } from './gates.ts';
import type { HostSide } from './host-side.ts';
import type { Nft } from './nft.ts';
import type { PluginVersions } from './plugin-versions.ts';
import type { Plugins } from './plugins.ts';
import type { PortTable } from './port-table.ts';

export interface NetworkSettings {
  readonly exec: Exec;
  /** Runs `act` while no other process or task changes what pods share: the store's lock of rank `network`. */
  readonly exclusive: <T>(act: () => Promise<T>) => Promise<T>;
  /** Folders of CNI configurations, such as /etc/cni/net.d. */
  readonly configFolders: readonly string[];
  /** Folders of CNI plugins, such as /usr/lib/cni. */
  readonly pluginFolders: readonly string[];
  /** The network's own folder of lasting state. Made when first needed. */
  readonly folder: string;
  /** Undefined for the default store. */
  readonly storeId?: string | undefined;
  facts(): Promise<Pick<HostFacts, 'protocols'>>;
}

/** What the verbs on networks are made of. */
export interface Parts {
  readonly settings: NetworkSettings;
  readonly records: AttachmentRecords;
  readonly plugins: Plugins;
  readonly versions: PluginVersions;
  readonly table: PortTable;
  readonly host: HostSide;
  readonly gates: Gates;
  readonly nft: Nft;
}
