import { isIP } from 'node:net';
import { labelFault, subdomainFault } from '../../values/name.ts';
import type { PodSpec } from '../wire.ts';
import { checkContainers } from './containers.ts';
import { reportName } from './metadata.ts';
import { checkPodSecurity } from './security.ts';
import { checkOneOf, checkRange, type Subject } from './subject.ts';
import { checkVolumes } from './volumes.ts';

export interface PodRules {
  /** The restart policies that the object holding the pod allows. */
  readonly restartPolicies: readonly string[];
  /** True where leaving the policy out, which means Always, is not allowed. */
  readonly restartPolicyRequired?: boolean;
  /** The folder that relative host paths start from. */
  readonly folder: string | undefined;
}

/** Checks the spec of a pod, or of a pod template. */
export function checkPodSpec(spec: Subject<PodSpec>, rules: PodRules): void {
  checkRestartPolicy(spec, rules);
  checkOneOf(spec.at('dnsPolicy'), ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']);
  checkOneOf(spec.at('preemptionPolicy'), ['PreemptLowerPriority', 'Never']);
  checkRange(spec.at('terminationGracePeriodSeconds'), { least: 0 });
  checkRange(spec.at('activeDeadlineSeconds'), { least: 1, most: 2 ** 31 - 1 });
  for (const name of [spec.at('hostname'), spec.at('subdomain')]) {
    if (name.value) reportName(name, labelFault(name.value));
  }
  const account = spec.at('serviceAccountName');
  if (account.value) reportName(account, subdomainFault(account.value));
  if (spec.value.hostPID && spec.value.shareProcessNamespace) {
    const message = 'hostPID and shareProcessNamespace exclude each other';
    spec.at('shareProcessNamespace').keyError('CONFLICT', message, 'remove one of them');
  }
  checkDns(spec);
  checkHostAliases(spec);
  checkPodSecurity(spec);
  checkVolumes(spec, rules.folder);
  checkContainers(spec);
}

function checkRestartPolicy(spec: Subject<PodSpec>, rules: PodRules): void {
  const policy = spec.at('restartPolicy');
  const allowed = rules.restartPolicies;
  if (!policy.present && rules.restartPolicyRequired) {
    policy.error('MISSING_FIELD', `restartPolicy must be ${allowed.join(' or ')} here`);
  } else checkOneOf(policy, allowed);
}

function checkDns(spec: Subject<PodSpec>): void {
  const config = spec.at('dnsConfig');
  const servers = config.at('nameservers');
  const addresses = servers.items();
  if (spec.value.dnsPolicy === 'None' && addresses.length === 0) {
    const message = 'dnsPolicy None needs a nameserver';
    spec.at('dnsPolicy').error('MISSING_FIELD', message, 'add one to dnsConfig.nameservers');
  }
  if (addresses.length > 3) servers.error('BAD_VALUE', `${addresses.length} nameservers are more than 3`);
  for (const address of addresses) {
    if (isIP(address.value) === 0) address.error('BAD_VALUE', `${address.value} is not an IP address`);
  }
  const searches = config.at('searches');
  if (searches.items().length > 32) searches.error('BAD_VALUE', 'more than 32 search domains');
  for (const option of config.at('options').items()) {
    if (!option.value.name) option.at('name').error('MISSING_FIELD', 'the name of the option is missing');
  }
}

function checkHostAliases(spec: Subject<PodSpec>): void {
  for (const alias of spec.at('hostAliases').items()) {
    if (isIP(alias.value.ip) === 0) {
      alias.at('ip').error('BAD_VALUE', `${JSON.stringify(alias.value.ip)} is not an IP address`);
    }
    for (const name of alias.at('hostnames').items()) reportName(name, subdomainFault(name.value));
  }
}
