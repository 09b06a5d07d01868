import type { HostFacts } from '../../contracts/host-facts.ts';
import type { Container, Pod } from '../../kube/wire.ts';
import type { SeccompSpec, SyscallArgument, SyscallRule } from '../../oci/runtime-spec.ts';
import { isPrivileged } from './privileged.ts';

/** A condition that all of must hold for a rule to be taken. */
export interface SeccompFilter {
  readonly caps?: readonly string[] | null;
  /** Go's names: `amd64`, `arm64`. */
  readonly arches?: readonly string[] | null;
  readonly minKernel?: string | null;
}

export interface SeccompRule {
  readonly names: readonly string[];
  readonly action: string;
  readonly args?: readonly SyscallArgument[] | null;
  readonly includes?: SeccompFilter | null;
  readonly excludes?: SeccompFilter | null;
  readonly errnoRet?: number | null;
}

/** A profile in the form of containers-common's seccomp.json, which a Localhost profile of Kubernetes is as well. */
export interface SeccompProfile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number | null;
  readonly architectures?: readonly string[] | null;
  readonly archMap?:
    | readonly { readonly architecture: string; readonly subArchitectures?: readonly string[] | null }[]
    | null;
  readonly flags?: readonly string[] | null;
  readonly syscalls?: readonly SeccompRule[] | null;
}

/** Which profile a container runs under. `profile` is relative to the folder of profiles, as Kubernetes has it. */
export type SeccompChoice =
  | { readonly type: 'none' }
  | { readonly type: 'default' }
  | { readonly type: 'localhost'; readonly profile: string };

/**
 * The profile that a container asks for, else its pod; the default one where neither does, as in Podman. Privileged
 * containers have none.
 */
export function seccompChoice(pod: Pod, container: Container): SeccompChoice {
  const { type, localhostProfile } =
    container.securityContext?.seccompProfile ?? pod.spec.securityContext?.seccompProfile ?? {};
  if (isPrivileged(container) || type === 'Unconfined') return { type: 'none' };
  if (type === 'Localhost' && localhostProfile) return { type: 'localhost', profile: localhostProfile };
  return { type: 'default' };
}

export interface SeccompHost {
  /** What the container has, such as `CAP_SYS_ADMIN`. */
  readonly capabilities: readonly string[];
  readonly architecture: HostFacts['architecture'];
  /** Release of the kernel, `6.1.0-13-amd64`. */
  readonly kernel: string;
}

const NATIVE: Readonly<Record<HostFacts['architecture'], string>> = {
  amd64: 'SCMP_ARCH_X86_64',
  arm64: 'SCMP_ARCH_AARCH64',
};

/** The profile as an OCI runtime takes it: the rules that hold for these capabilities, this machine and kernel. */
export function seccompFor(profile: SeccompProfile, host: SeccompHost): SeccompSpec {
  const mapped = profile.archMap?.find(({ architecture }) => architecture === NATIVE[host.architecture]);
  const architectures = mapped
    ? [mapped.architecture, ...(mapped.subArchitectures ?? [])]
    : (profile.architectures ?? undefined);
  return {
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet == null ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures ? { architectures } : {}),
    ...(profile.flags?.length ? { flags: profile.flags } : {}),
    syscalls: (profile.syscalls ?? []).filter((rule) => applies(rule, host)).map(toSpec),
  };
}

function applies({ includes, excludes }: SeccompRule, host: SeccompHost): boolean {
  const included =
    (includes?.caps ?? []).every((name) => host.capabilities.includes(name)) &&
    (!includes?.arches?.length || includes.arches.includes(host.architecture)) &&
    (!includes?.minKernel || kernelIsAtLeast(host.kernel, includes.minKernel));
  const excluded =
    (excludes?.caps ?? []).some((name) => host.capabilities.includes(name)) ||
    (excludes?.arches ?? []).includes(host.architecture) ||
    (!!excludes?.minKernel && kernelIsAtLeast(host.kernel, excludes.minKernel));
  return included && !excluded;
}

function kernelIsAtLeast(release: string, least: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const [wantedMajor = 0, wantedMinor = 0] = least.split('.').map((part) => Number.parseInt(part, 10));
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function toSpec({ names, action, args, errnoRet }: SeccompRule): SyscallRule {
  return {
    names,
    action,
    ...(errnoRet == null ? {} : { errnoRet }),
    ...(args?.length ? { args } : {}),
  };
}
