import { dirname, join } from 'node:path';
import type { Network } from '../contracts/network.ts';
import { ensureFolder } from '../host/files.ts';
import { withLock } from '../host/lock.ts';
import { lockRank } from '../host/lock-rank.ts';
import { attach } from './attach.ts';
import { createAttachmentRecords } from './attachment-records.ts';
import { chooseNetworks, isDefault, pluginTypes } from './choose-networks.ts';
import { detach } from './detach.ts';
import { createGates } from './gates.ts';
import { checkPorts, holdPorts } from './hold-ports.ts';
import { createHostRoutes } from './host-routes.ts';
import { createHostSide } from './host-side.ts';
import { findLeftovers } from './leftovers.ts';
import { listNetworks } from './list-networks.ts';
import { createNft } from './nft.ts';
import type { NetworkSettings, Parts } from './parts.ts';
import { createPluginVersions } from './plugin-versions.ts';
import { createPlugins } from './plugins.ts';
import { createPortTable } from './port-table.ts';
import { tableName } from './ruleset.ts';

export type { NetworkSettings } from './parts.ts';

/**
 * Pods on CNI networks (specification 1.0), with the routed default network and published ports of our own. See
 * the contract for what each verb promises. Nothing is read or started before the first call.
 */
export function createNetwork(settings: NetworkSettings): Network {
  const parts = assemble(settings);
  const { records, host, gates } = parts;
  return {
    async need(names) {
      const networks = chooseNetworks(names, settings);
      parts.plugins.need(networks.flatMap(pluginTypes));
      if (networks.some(({ name }) => isDefault(name, settings))) parts.nft.need();
    },
    async holdPorts(ports) {
      checkPorts(ports, (await settings.facts()).protocols);
      return holdPorts(ports, records.all);
    },
    attach: (request) => alone(parts, request.podId, (own) => attach(own, request)),
    async detach(podId) {
      if (records.read(podId) !== undefined) await alone(parts, podId, (own) => detach(own, podId));
      // Whoever removed the last record may have died before the rest went.
      else if (records.ids().length === 0) await settings.exclusive(host.lowerIfLast);
    },
    attached: async () => records.ids(),
    ensure: () => settings.exclusive(host.ensure),
    leftovers: () => settings.exclusive(() => findLeftovers(parts)),
    list: async () => listNetworks(parts),
    firewalls: async () => gates.report(await host.survey()),
  };
}

/**
 * Acts on one pod while nobody else does, and while no plugin is left running for it by somebody who was killed.
 * A few pods share each lock file, so that these files need not be removed.
 */
async function alone<T>(parts: Parts, podId: string, act: (own: Parts) => Promise<T>): Promise<T> {
  const { exec, folder, pluginFolders } = parts.settings;
  const path = join(folder, 'locks', podId.slice(0, 3));
  ensureFolder(dirname(path));
  return withLock({ path, mode: 'exclusive', rank: lockRank.attachment }, async ({ descriptor }) =>
    act({ ...parts, plugins: createPlugins({ exec, folders: pluginFolders, lock: descriptor }) }),
  );
}

function assemble(settings: NetworkSettings): Parts {
  const { exec, folder, storeId, exclusive, pluginFolders } = settings;
  const nft = createNft(exec);
  const name = tableName(storeId);
  const records = createAttachmentRecords(join(folder, 'pods'));
  const gates = createGates({ exec, nft, storeId, ownTable: name });
  const host = createHostSide({
    folder,
    storeId,
    records,
    routes: createHostRoutes(exec),
    gates,
    table: () => table,
  });
  const table = createPortTable({
    nft,
    records,
    exclusive,
    name,
    pods: () => host.addresses()?.pods ?? '0.0.0.0/32',
    vanished: host.openGates,
  });
  const plugins = createPlugins({ exec, folders: pluginFolders });
  const versions = createPluginVersions({ plugins, file: join(folder, 'plugins.json') });
  return { settings, records, host, gates, nft, table, plugins, versions };
}
