import type { HostFiles, SandboxFiles } from '../contracts/sandboxes.ts';
import type { Pod } from '../kube/wire.ts';
import { hostsFile } from '../network/hosts.ts';
import { resolvFile } from '../network/resolv.ts';

export interface NameFilesRequest {
  readonly pod: Pod;
  readonly hostname: string;
  readonly podIPs: readonly string[];
  readonly host: HostFiles;
}

/** Pure: the texts of a pod's hosts, hostname and resolv.conf, and what is to be said about them. */
export function nameFiles({
  pod,
  hostname,
  podIPs,
  host,
}: NameFilesRequest): SandboxFiles & { readonly warnings: readonly string[] } {
  const { spec } = pod;
  const hostNetwork = spec.hostNetwork === true;
  const resolv = resolvFile({
    hostNetwork,
    hostFile: host.resolvConf,
    ...(host.upstreamResolvConf === undefined ? {} : { upstreamFile: host.upstreamResolvConf }),
    ...(spec.dnsPolicy === undefined ? {} : { policy: spec.dnsPolicy }),
    ...(spec.dnsConfig === undefined ? {} : { config: spec.dnsConfig }),
  });
  return {
    hosts: hostsFile({
      addresses: hostNetwork ? [] : podIPs,
      hostname,
      aliases: spec.hostAliases ?? [],
      ...(hostNetwork ? { hostFile: host.hosts } : {}),
    }),
    hostname: `${hostname}\n`,
    resolvConf: resolv.text,
    warnings: resolv.warnings,
  };
}
