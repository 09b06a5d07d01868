import type { AttachRequest } from '../../src/contracts/network.ts';
import { exec } from '../../src/host/exec.ts';
import { withLock } from '../../src/host/lock.ts';
import { lockRank } from '../../src/host/lock-rank.ts';
import { createNetwork } from '../../src/network/create-network.ts';
import { answerLines } from './line-process.ts';

/** A process that has a Network, for tests that run it in network namespaces of their own, and kill it. */
const settings = JSON.parse(process.argv[2] ?? '{}') as {
  readonly folder: string;
  readonly storeId?: string;
  readonly configFolders: readonly string[];
  readonly pluginFolders: readonly string[];
};

const network = createNetwork({
  ...settings,
  exec,
  exclusive: (act) =>
    withLock({ path: `${settings.folder}.lock`, mode: 'exclusive', rank: lockRank.network }, act),
  facts: async () => ({ protocols: { sctp: false, ipv6: false } }),
});

await answerLines({
  attach: (request: AttachRequest) => network.attach(request),
  detach: (podId: string) => network.detach(podId),
  attached: () => network.attached(),
  ensure: () => network.ensure(),
  list: () => network.list(),
  firewalls: () => network.firewalls(),
});
