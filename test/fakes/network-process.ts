import { createInterface } from 'node:readline';
import type { AttachRequest } from '../../src/contracts/network.ts';
import { NetworkError } from '../../src/errors/network-error.ts';
import { exec } from '../../src/host/exec.ts';
import { withLock } from '../../src/host/lock.ts';
import { createNetwork } from '../../src/network/create-network.ts';

/**
 * A process that has a Network and does what each line of its stdin says: `{id, verb, argument}`. It answers with a
 * line `{id, value}` or `{id, code, message}`. Tests start it in network namespaces of their own, and kill it.
 */
const settings = JSON.parse(process.argv[2] ?? '{}') as {
  readonly folder: string;
  readonly storeId?: string;
  readonly sctp: boolean;
  readonly configFolders: readonly string[];
  readonly pluginFolders: readonly string[];
};

const network = createNetwork({
  ...settings,
  exec,
  exclusive: (act) => withLock({ path: `${settings.folder}.lock`, mode: 'exclusive', rank: 1 }, act),
  facts: async () => ({ protocols: { sctp: settings.sctp, ipv6: false } }),
});

const verbs: Readonly<Record<string, (argument: never) => Promise<unknown>>> = {
  attach: (request: AttachRequest) => network.attach(request),
  detach: (podId: string) => network.detach(podId),
  attached: () => network.attached(),
  ensure: () => network.ensure(),
  list: () => network.list(),
  firewalls: () => network.firewalls(),
  holdPorts: async (ports: AttachRequest['ports']) => (await network.holdPorts(ports)).descriptors.length,
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id, verb, argument } = JSON.parse(line) as { id: number; verb: string; argument: never };
  const act = verbs[verb];
  const reply = (answer: object) => process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
  if (act === undefined) throw new TypeError(`there is no verb ${verb}`);
  act(argument).then(
    (value) => reply({ value }),
    (error) =>
      reply({
        code: error instanceof NetworkError ? error.code : error.name,
        message: `${error.stack} ${error.cause?.stack}`,
      }),
  );
}
