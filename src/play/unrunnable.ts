import type { Fault, FaultCode } from '../errors/manifest-error.ts';
import { ValueError } from '../errors/value-error.ts';
import type { LocatedObject } from '../kube/located.ts';
import { podSpecOf } from '../kube/pod-spec-of.ts';
import type { ContainerPort, Deployment, PodSpec } from '../kube/wire.ts';
import { parseReference } from '../values/reference.ts';

/**
 * What the API server accepts and no container can ever run with: image names that are none, relative working
 * directories, and ports of the host that pods of one file would take from each other.
 */
export function unrunnable(objects: readonly LocatedObject[]): readonly Fault[] {
  const pods = objects.flatMap((located) => {
    const found = podSpecOf(located.object);
    return found === undefined ? [] : [{ located, ...found }];
  });
  return [...pods.flatMap(containerFaults), ...portFaults(pods)];
}

interface LocatedPod {
  readonly located: LocatedObject;
  readonly spec: PodSpec;
  readonly path: string;
}

function containerFaults({ located, spec, path }: LocatedPod): readonly Fault[] {
  return (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap(({ image = '', workingDir = '' }, index) => [
      ...imageFaults(located, `${path}.${list}[${index}].image`, image),
      ...folderFaults(located, `${path}.${list}[${index}].workingDir`, workingDir),
    ]),
  );
}

function imageFaults(located: LocatedObject, path: string, image: string): readonly Fault[] {
  if (image === '' || /^(?:sha256:)?[0-9a-f]{64}$/.test(image)) return [];
  try {
    parseReference(image);
    return [];
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return [faultOf(located, path, { code: 'BAD_VALUE', message: error.message, hint: error.hint })];
  }
}

function folderFaults(located: LocatedObject, path: string, folder: string): readonly Fault[] {
  if (folder === '' || folder.startsWith('/')) return [];
  const message = `the workingDir ${JSON.stringify(folder)} is not absolute`;
  return [faultOf(located, path, { code: 'BAD_VALUE', message, hint: 'start it with /' })];
}

interface Taken {
  readonly port: ContainerPort;
  readonly pod: LocatedPod;
  readonly path: string;
}

function portFaults(pods: readonly LocatedPod[]): readonly Fault[] {
  const taken: Taken[] = [];
  return pods.flatMap((pod): Fault[] => {
    const own = hostPorts(pod);
    const faults = own.flatMap((mine) => {
      const other = taken.find(({ port }) => clash(port, mine.port));
      return [...(other === undefined ? [] : [clashFault(mine, other)]), ...replicaFaults(mine)];
    });
    taken.push(...own);
    return faults;
  });
}

function hostPorts(pod: LocatedPod): readonly Taken[] {
  if (pod.spec.hostNetwork) return [];
  return pod.spec.containers.flatMap(({ ports = [] }, container) =>
    ports.flatMap((port, index) => {
      const path = `${pod.path}.containers[${container}].ports[${index}].hostPort`;
      return port.hostPort ? [{ port, pod, path }] : [];
    }),
  );
}

const everywhere = ['', '0.0.0.0', '::'];

function clash(one: ContainerPort, other: ContainerPort): boolean {
  const [address, another] = [one.hostIP ?? '', other.hostIP ?? ''];
  return (
    one.hostPort === other.hostPort &&
    (one.protocol ?? 'TCP') === (other.protocol ?? 'TCP') &&
    (address === another || everywhere.includes(address) || everywhere.includes(another))
  );
}

function clashFault(mine: Taken, { pod, path }: Taken): Fault {
  const { object, file, locate } = pod.located;
  const where = `${object.kind} ${object.metadata.name} (${file}, line ${locate(path).line})`;
  const message = `the hostPort ${portTitle(mine)} is taken by ${where}`;
  return faultOf(mine.pod.located, mine.path, {
    code: 'DUPLICATE',
    message,
    hint: 'publish one of them on another port',
  });
}

/** The pods of one workload have the same ports, and there is one host. */
function replicaFaults(mine: Taken): readonly Fault[] {
  const { object } = mine.pod.located;
  const replicas = object.kind === 'Deployment' ? ((object as Deployment).spec.replicas ?? 1) : 1;
  if (replicas < 2) return [];
  const message = `${replicas} replicas cannot share the hostPort ${portTitle(mine)} of one host`;
  return [
    faultOf(mine.pod.located, mine.path, {
      code: 'CONFLICT',
      message,
      hint: 'set replicas to 1, or leave hostPort out',
    }),
  ];
}

function portTitle({ port: { hostPort, protocol = 'TCP' } }: Taken): string {
  return `${hostPort}/${protocol}`;
}

interface Words {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint: string | undefined;
}

function faultOf({ file, locate }: LocatedObject, path: string, { code, message, hint }: Words): Fault {
  const fault = { severity: 'error', code, message, file, path, ...locate(path) } as const;
  return hint === undefined ? fault : { ...fault, hint };
}
