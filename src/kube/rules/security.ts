import type { Container, PodSecurityContext, PodSpec, SecurityContext } from '../wire.ts';
import { climbs } from './mounts.ts';
import { checkOneOf, checkRange, type Subject } from './subject.ts';

const ids = { least: 0, most: 2 ** 31 - 1 };

/** Checks the security context of a pod. */
export function checkPodSecurity(spec: Subject<PodSpec>): void {
  const context = spec.at('securityContext');
  checkIds(context);
  checkRange(context.at('fsGroup'), ids);
  for (const group of context.at('supplementalGroups').items()) checkRange(group, ids);
  checkOneOf(context.at('fsGroupChangePolicy'), ['OnRootMismatch', 'Always']);
  checkOneOf(context.at('supplementalGroupsPolicy'), ['Merge', 'Strict']);
  for (const sysctl of context.at('sysctls').items()) {
    const { name } = sysctl.value;
    if (!/^[a-z0-9]([-_a-z0-9]*[a-z0-9])?([./][a-z0-9]([-_a-z0-9]*[a-z0-9])?)*$/.test(name)) {
      sysctl.at('name').error('BAD_VALUE', `${JSON.stringify(name)} is no sysctl`);
    } else if (spec.value.hostNetwork && /^net[./]/.test(name)) {
      sysctl.at('name').error('CONFLICT', `${name} cannot be set with hostNetwork: it would be the host's`);
    }
  }
}

/** Checks the security context of a container, in a pod that may set its user. */
export function checkSecurity(container: Subject<Container>, spec: PodSpec): void {
  const context = container.at('securityContext');
  checkIds(context);
  checkOneOf(context.at('procMount'), ['Default', 'Unmasked']);
  const { privileged, allowPrivilegeEscalation, capabilities } = context.value ?? {};
  if (allowPrivilegeEscalation === false && privileged) {
    const message = 'a privileged container cannot have allowPrivilegeEscalation: false';
    context.at('allowPrivilegeEscalation').error('CONFLICT', message, 'remove one of them');
  }
  if (
    allowPrivilegeEscalation === false &&
    capabilities?.add?.some((name) => /^(CAP_)?SYS_ADMIN$/.test(name))
  ) {
    const message = 'a container with SYS_ADMIN cannot have allowPrivilegeEscalation: false';
    context.at('allowPrivilegeEscalation').error('CONFLICT', message, 'remove one of them');
  }
  checkCapabilities(context);
  checkNonRoot(context, spec.securityContext);
}

function checkIds(context: Subject<PodSecurityContext | SecurityContext | undefined>): void {
  checkRange(context.at('runAsUser'), ids);
  checkRange(context.at('runAsGroup'), ids);
  for (const profile of [context.at('seccompProfile'), context.at('appArmorProfile')]) {
    checkOneOf(profile.at('type'), ['Unconfined', 'RuntimeDefault', 'Localhost']);
    const local = profile.at('localhostProfile');
    const wanted = profile.value?.type === 'Localhost';
    if (wanted && !local.value) {
      local.error('MISSING_FIELD', 'localhostProfile is missing', 'it names the profile for type Localhost');
    }
    if (!wanted && local.value) local.keyError('CONFLICT', 'localhostProfile is only for type Localhost');
  }
  const seccomp = context.at('seccompProfile').at('localhostProfile');
  if (seccomp.value?.startsWith('/') || climbs(seccomp.value ?? '')) {
    seccomp.error('BAD_VALUE', `${seccomp.value} must be relative and without ..`);
  }
}

function checkCapabilities(context: Subject<SecurityContext | undefined>): void {
  const { add, drop } = {
    add: context.at('capabilities').at('add'),
    drop: context.at('capabilities').at('drop'),
  };
  for (const name of [...add.items(), ...drop.items()]) {
    if (name.value.startsWith('CAP_')) {
      const bare = name.value.slice('CAP_'.length);
      name.warning(
        'SUSPICIOUS',
        `${name.value}: Kubernetes names capabilities without CAP_`,
        `write ${bare}`,
      );
    }
  }
}

/** The kubelet refuses to start such a container, each time anew. */
function checkNonRoot(
  context: Subject<SecurityContext | undefined>,
  pod: PodSecurityContext | undefined,
): void {
  const nonRoot = context.value?.runAsNonRoot ?? pod?.runAsNonRoot;
  const user = context.value?.runAsUser ?? pod?.runAsUser;
  if (!nonRoot || user !== 0) return;
  const subject = context.value?.runAsUser === 0 ? context.at('runAsUser') : context.at('runAsNonRoot');
  subject.error('CONFLICT', 'runAsUser 0 is root, which runAsNonRoot forbids', 'choose another user');
}
