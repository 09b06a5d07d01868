import { createHash } from 'node:crypto';
import type { PlannedPod, PlayPlan } from '../contracts/play-plan.ts';
import type { ObjectKey } from '../contracts/store.ts';
import { UsageError } from '../errors/usage-error.ts';
import { withDefaults } from '../kube/defaults.ts';
import type { Container, Deployment, KubeObject, Pod, PodTemplateSpec } from '../kube/wire.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';
import type { PublishedPort } from '../values/port.ts';
import { keyOf } from './object-key.ts';
import { containerPorts } from './ports.ts';

/** A checked object and the folder of the file it came from; undefined for standard input and URLs. */
export interface PlayObject {
  readonly object: KubeObject;
  readonly folder?: string;
}

export interface PlayOptions {
  /** `host`, `none`, or names of networks. Empty: the default network. */
  readonly networks: readonly string[];
  readonly publish: readonly PublishedPort[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** The label whose value tells which version of a template a pod was made from. */
export const TEMPLATE_HASH = 'pod-template-hash';

/**
 * Pure: what to make from checked objects. Pods of a Deployment are named `<name>-pod`, `<name>-pod-1` and so on,
 * the lowest free number each, as Podman names its first.
 * Throws UsageError for flags that do not fit the objects.
 */
export function playPlan(objects: readonly PlayObject[], options: PlayOptions): PlayPlan {
  const taken = new Set(
    objects.filter(({ object }) => object.kind === 'Pod').map(({ object }) => qualifiedName(object)),
  );
  const pods = objects.flatMap(({ object, folder }) =>
    podsOf(object, taken).map((found) => ({ ...found, folder })),
  );
  return {
    objects: objects
      .filter(({ object }) => object.kind !== 'Pod')
      .map(({ object }) => ({ key: keyOf(object), object })),
    pods: pods.map(({ pod, owner, folder }) => plannedPod({ pod, owner, folder, options })),
  };
}

interface Member {
  readonly pod: Pod;
  readonly owner?: ObjectKey | undefined;
}

function qualifiedName({ metadata }: KubeObject, name = metadata.name): string {
  return `${metadata.namespace ?? DEFAULT_NAMESPACE}/${name}`;
}

function podsOf(object: KubeObject, taken: ReadonlySet<string>): readonly Member[] {
  switch (object.kind) {
    case 'Pod':
      return [{ pod: object as Pod }];
    case 'Deployment':
      return deploymentPods(object as Deployment, taken);
    default:
      return [];
  }
}

/** `taken` are the names of the pods that the objects themselves hold, with their namespaces. */
function deploymentPods(deployment: Deployment, taken: ReadonlySet<string>): readonly Member[] {
  const { template } = deployment.spec;
  const replicas = deployment.spec.replicas ?? 1;
  const owner = keyOf(deployment);
  const names = Array.from(
    { length: replicas + taken.size },
    (_, index) => `${deployment.metadata.name}-pod${index === 0 ? '' : `-${index}`}`,
  ).filter((name) => !taken.has(qualifiedName(deployment, name)));
  return names.slice(0, replicas).map((name) => ({
    owner,
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...template.metadata,
        name,
        ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
        labels: { ...template.metadata?.labels, [TEMPLATE_HASH]: templateHash(template) },
      },
      spec: template.spec ?? { containers: [] },
    },
  }));
}

/** The value of the label TEMPLATE_HASH: equal templates have equal values. */
export function templateHash(template: PodTemplateSpec): string {
  return createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
}

interface PlannedRequest extends Member {
  readonly folder: string | undefined;
  readonly options: PlayOptions;
}

function plannedPod({ pod, owner, folder, options }: PlannedRequest): PlannedPod {
  const changed = withNetwork(
    withPublished(withAnnotations(pod, options.annotations), options.publish),
    options.networks,
  );
  return {
    pod: changed,
    namespace: changed.metadata.namespace ?? DEFAULT_NAMESPACE,
    networks: options.networks.filter((name) => name !== 'host'),
    ports: containerPorts(withDefaults(changed)),
    ...(folder === undefined ? {} : { folder }),
    ...(owner === undefined ? {} : { owner }),
  };
}

function withAnnotations(pod: Pod, annotations: PlayOptions['annotations']): Pod {
  if (Object.keys(annotations).length === 0) return pod;
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, ...annotations } },
  };
}

function withNetwork(pod: Pod, networks: readonly string[]): Pod {
  if (!networks.includes('host')) return pod;
  if (networks.length > 1) {
    throw new UsageError({
      code: 'CONFLICTING_FLAGS',
      message: 'the host network cannot be joined with other networks',
    });
  }
  return { ...pod, spec: { ...pod.spec, hostNetwork: true } };
}

/** Gives the named container ports their host ports; a port that no container names goes to the first container. */
function withPublished(pod: Pod, publish: readonly PublishedPort[]): Pod {
  if (publish.length === 0) return pod;
  const containers = publish.reduce(publishOne, pod.spec.containers);
  return { ...pod, spec: { ...pod.spec, containers } };
}

function publishOne(containers: Container[], port: PublishedPort): Container[] {
  const named = containers.findIndex(({ ports }) => ports?.some((candidate) => samePort(candidate, port)));
  const target = Math.max(named, 0);
  const published = {
    hostPort: port.hostPort === 0 ? port.containerPort : port.hostPort,
    ...(port.hostIP === '0.0.0.0' ? {} : { hostIP: port.hostIP }),
  };
  return containers.map((container, index) => {
    if (index !== target) return container;
    const ports = container.ports ?? [];
    if (named >= 0) {
      return {
        ...container,
        ports: ports.map((candidate) =>
          samePort(candidate, port) ? { ...candidate, ...published } : candidate,
        ),
      };
    }
    const protocol = port.protocol.toUpperCase();
    return { ...container, ports: [...ports, { containerPort: port.containerPort, protocol, ...published }] };
  });
}

function samePort(candidate: { containerPort: number; protocol?: string }, port: PublishedPort): boolean {
  return (
    candidate.containerPort === port.containerPort &&
    (candidate.protocol ?? 'TCP').toLowerCase() === port.protocol
  );
}
