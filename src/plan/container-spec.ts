import type { SeccompSpec } from '../oci/runtime-spec.ts';
import { annotations } from './spec/annotations.ts';
import { devices } from './spec/devices.ts';
import { bind, DEV, MQUEUE, mounts, PROC, rootfsPropagation } from './spec/mounts.ts';
import { infraNamespaces, namespaces, ownsUts } from './spec/namespaces.ts';
import { protectedPaths } from './spec/paths.ts';
import { process } from './spec/process.ts';
import type { ContainerSpecRequest, InfraSpecRequest, PlannedSpec } from './spec/request.ts';
import { infraResources, resources } from './spec/resources.ts';
import { seccompChoice, seccompFor } from './spec/seccomp.ts';
import { sysctls } from './spec/sysctls.ts';

export type * from './spec/request.ts';

const VERSION = '1.0.0';

/** As the kubelet has it: the last of a pod to be killed for memory. */
const INFRA_OOM_SCORE = -998;

/**
 * The OCI spec of one container of a pod, in Kubernetes' meaning of its fields and with Podman's defaults. Pure;
 * what this host does not allow is cut to what it does, with one warning each.
 */
export function containerSpec(request: ContainerSpecRequest): PlannedSpec {
  const { pod, container, rootfs, cgroupsPath } = request;
  const planned = process(request);
  const limits = resources(request);
  const propagation = rootfsPropagation(request);
  const seccomp = seccompSpec(request, planned.process.capabilities?.bounding ?? []);
  return {
    spec: {
      ociVersion: VERSION,
      process: planned.process,
      root: { path: rootfs, readonly: container.securityContext?.readOnlyRootFilesystem === true },
      mounts: mounts(request),
      annotations: annotations(pod, container.name),
      linux: {
        namespaces: namespaces(request),
        devices: devices(request),
        cgroupsPath,
        resources: limits.resources,
        ...(seccomp ? { seccomp } : {}),
        ...(propagation ? { rootfsPropagation: propagation } : {}),
        ...protectedPaths(container),
      },
    },
    warnings: [...planned.warnings, ...limits.warnings],
  };
}

/**
 * The OCI spec of a pod's infra container: the static `pause` on a bare folder, without a single capability. It
 * makes the namespaces that the other containers join.
 */
export function infraSpec(request: InfraSpecRequest): PlannedSpec {
  const { pod, facts, rootfs, pause, cgroupsPath, hostname } = request;
  return {
    spec: {
      ociVersion: VERSION,
      process: {
        user: { uid: 0, gid: 0 },
        args: ['/pause'],
        env: [],
        cwd: '/',
        capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
        noNewPrivileges: true,
        oomScoreAdj: Math.max(INFRA_OOM_SCORE, facts.oomScoreAdjMin),
      },
      root: { path: rootfs, readonly: true },
      ...(ownsUts(pod) ? { hostname } : {}),
      mounts: [PROC, DEV, ...(pod.spec.hostIPC ? [] : [MQUEUE]), bind(pause, '/pause', ['ro', 'rprivate'])],
      annotations: annotations(pod),
      linux: {
        namespaces: infraNamespaces(request),
        cgroupsPath,
        resources: infraResources(facts),
        sysctl: sysctls(request),
        ...protectedPaths(),
      },
    },
    warnings: [],
  };
}

function seccompSpec(
  { pod, container, facts, seccomp }: ContainerSpecRequest,
  capabilities: readonly string[],
): SeccompSpec | undefined {
  if (!seccomp || !facts.seccomp || seccompChoice(pod, container).type === 'none') return undefined;
  return seccompFor(seccomp, { capabilities, architecture: facts.architecture, kernel: facts.kernel });
}
