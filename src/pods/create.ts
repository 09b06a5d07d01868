import { createHash, randomBytes } from 'node:crypto';
import type { Drivers } from '../contracts/drivers.ts';
import type { Image } from '../contracts/images.ts';
import type { PortMapping } from '../contracts/network.ts';
import type { ContainerRecord, ContainerRole, PodRecord } from '../contracts/records.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { StateError } from '../errors/state-error.ts';
import { withDefaults } from '../kube/defaults.ts';
import type { Container, Pod } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { containerCommand } from '../plan/command.ts';
import { displayName } from '../values/namespace.ts';
import { parseSignal } from '../values/signal.ts';
import { type Hold, holdNew } from './hold.ts';

const SIGTERM = 15;

/** A pod to be made. */
export interface NewPod {
  /** As written, with a uid, without defaults. */
  readonly pod: Pod;
  readonly namespace: string;
  /** The image of each container, by the container's name. */
  readonly images: ReadonlyMap<string, { readonly image: Image; readonly config: ImageConfig }>;
  readonly noPodPrefix: boolean;
  readonly networks: readonly string[];
  readonly ports: readonly PortMapping[];
  readonly baseFolder?: string;
  readonly source: string;
  readonly signal?: AbortSignal;
}

/** A pod's id: the sha256 of its uid in hex. */
export function podId(uid: string): string {
  return createHash('sha256').update(uid).digest('hex');
}

/**
 * Takes the lease of a pod that does not exist yet and reserves its name with a record in phase `creating`.
 * Throws LifecycleError POD_EXISTS when the name is taken, RuntimeError COMMAND_MISSING; then nothing was changed.
 */
export async function reservePod(
  drivers: Drivers,
  request: NewPod,
): Promise<{ hold: Hold; record: PodRecord }> {
  const uid = request.pod.metadata.uid;
  if (uid === undefined) throw new Error('a pod to be made needs a uid');
  const id = podId(uid);
  const hold = await holdNew(drivers, { podId: id, signal: request.signal });
  try {
    const created = drivers.clock.now().toISOString();
    const containers = memberRecords(drivers, { ...request, id, created });
    const record = podRecord({ ...request, id, uid, created, containers });
    await hold.proceed('pod.reserve');
    await taken(drivers.store.records.createPod(record), (cause) => podExists(request, cause));
    for (const container of containers) {
      await taken(drivers.store.records.writeContainer(container), (cause) =>
        containerExists(container, cause),
      );
    }
    return { hold, record };
  } catch (error) {
    await hold[Symbol.asyncDispose]();
    throw error;
  }
}

/** Turns the store's word for a name that is taken into the user's. */
async function taken(writing: Promise<void>, explain: (cause: StateError) => LifecycleError): Promise<void> {
  try {
    await writing;
  } catch (error) {
    throw error instanceof StateError && error.code === 'OBJECT_EXISTS' ? explain(error) : error;
  }
}

function containerExists({ namespace, fullName }: ContainerRecord, cause: unknown): LifecycleError {
  return new LifecycleError({
    code: 'POD_EXISTS',
    message: `name "${displayName(namespace, fullName)}" is in use: a container of another pod has it`,
    hint: 'rename the pod or the container',
    cause,
  });
}

/** The error for a pod whose name is taken, in Podman's words, with both ways on. */
export function podExists(
  { pod, namespace }: Pick<NewPod, 'pod' | 'namespace'>,
  cause?: unknown,
): LifecycleError {
  const name = displayName(namespace, pod.metadata.name ?? '');
  return new LifecycleError({
    code: 'POD_EXISTS',
    message: `name "${name}" is in use: pod already exists`,
    hint: 'use --replace to remove it and make it anew',
    cause,
  });
}

interface Identified extends NewPod {
  readonly id: string;
  readonly created: string;
}

function podRecord(
  request: Identified & { readonly uid: string; readonly containers: readonly ContainerRecord[] },
): PodRecord {
  return {
    format: 1,
    id: request.id,
    uid: request.uid,
    namespace: request.namespace,
    name: request.pod.metadata.name ?? '',
    phase: 'creating',
    wanted: { state: 'running', generation: 1 },
    created: request.created,
    containers: request.containers.map(({ id, name, role }) => ({ id, name, role })),
    ...(request.baseFolder === undefined ? {} : { baseFolder: request.baseFolder }),
    origin: { source: request.source },
    noPodPrefix: request.noPodPrefix,
    networks: request.networks,
    publish: request.ports,
  };
}

function memberRecords(drivers: Drivers, request: Identified): readonly ContainerRecord[] {
  const { spec } = withDefaults(request.pod);
  const podName = request.pod.metadata.name ?? '';
  const fullName = (name: string) => (request.noPodPrefix ? name : `${podName}-${name}`);
  const infra = newRecord(drivers, request, {
    name: 'infra',
    fullName: `${request.id.slice(0, 12)}-infra`,
    role: 'infra',
    command: ['/pause'],
  });
  const members: readonly [Container, ContainerRole][] = [
    ...(spec.initContainers ?? []).map(
      (container) => [container, initRole(container)] as [Container, ContainerRole],
    ),
    ...spec.containers.map((container) => [container, 'app'] as [Container, ContainerRole]),
  ];
  return [
    infra,
    ...members.map(([container, role]) => {
      const found = request.images.get(container.name);
      if (found === undefined) throw new Error(`no image was prepared for container ${container.name}`);
      const { image, config } = found;
      const command = containerCommand({ container, image: config, variables: new Map() });
      if (command.length === 0) throw commandMissing(fullName(container.name), container.image ?? '');
      const record = newRecord(drivers, request, {
        name: container.name,
        fullName: fullName(container.name),
        role,
        command,
      });
      return {
        ...record,
        image: { id: image.id, name: container.image ?? '' },
        terminal: container.tty === true,
        stdin: container.stdin === true,
        stopSignal: parseStopSignal(container, config),
      };
    }),
  ];
}

function commandMissing(container: string, image: string): RuntimeError {
  return new RuntimeError({
    code: 'COMMAND_MISSING',
    message: `container ${container} has nothing to run: neither command nor args is set, and the image ${image} has no ENTRYPOINT and no CMD`,
    hint: 'set command to a list, such as ["sleep", "infinity"]',
  });
}

/** An init container that restarts always is a sidecar (Kubernetes, "Sidecar Containers"). */
function initRole(container: Container): ContainerRole {
  return container.restartPolicy === 'Always' ? 'sidecar' : 'init';
}

function parseStopSignal(container: Container, config: ImageConfig): number {
  const text = container.lifecycle?.stopSignal ?? config.config?.StopSignal;
  return text === undefined || text === '' ? SIGTERM : parseSignal(text);
}

type Named = Pick<ContainerRecord, 'name' | 'fullName' | 'role' | 'command'>;

function newRecord(
  drivers: Drivers,
  { id: podId, namespace, pod, created }: Identified,
  named: Named,
): ContainerRecord {
  const id = randomBytes(32).toString('hex');
  return {
    format: 1,
    id,
    podId,
    namespace,
    podName: pod.metadata.name ?? '',
    ...named,
    phase: 'created',
    created,
    bundle: drivers.sandboxes.bundle(id),
    logPath: `${drivers.store.records.containerFolder(id)}/ctr.log`,
    terminal: false,
    stdin: false,
    stopSignal: SIGTERM,
    restartCount: 0,
  };
}
