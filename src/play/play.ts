import { randomUUID } from 'node:crypto';
import type { Drivers } from '../contracts/drivers.ts';
import type { Image, PullPolicy } from '../contracts/images.ts';
import type { PlannedPod, PlayPlan } from '../contracts/play-plan.ts';
import type { PodRecord } from '../contracts/records.ts';
import type { Journal } from '../contracts/store.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { withDefaults } from '../kube/defaults.ts';
import type { Pod } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { podExists, podId, reservePod } from '../pods/create.ts';
import type { Hold } from '../pods/hold.ts';
import { removePod } from '../pods/remove.ts';
import { startPod } from '../pods/start.ts';
import { readyPods, undoJournal } from '../pods/sweep.ts';
import { inParallel } from './in-parallel.ts';
import { storeObjects } from './store-objects.ts';
import { takeDown } from './take-down.ts';

/** How many pods are brought up at once: more does not help, since the kernel does mounts and namespaces one by one. */
const PODS_AT_ONCE = 8;

export interface PlayRequest {
  readonly plan: PlayPlan;
  /** The file as the user named it, for records. */
  readonly source: string;
  readonly start: boolean;
  readonly replace: boolean;
  readonly noPodPrefix: boolean;
  readonly tlsVerify?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (line: string) => void;
  readonly warn: (message: string) => void;
}

export interface PlayedPod {
  readonly record: PodRecord;
  /** What kept it from running: an init container that failed. The pod is there all the same, for its logs. */
  readonly failure?: LifecycleError;
}

/** What a play made, in the order of the file. */
export interface Played {
  readonly pods: readonly PlayedPod[];
  /** Names of the volumes that were made for claims. */
  readonly volumes: readonly string[];
  /** Names of the secrets that were stored. */
  readonly secrets: readonly string[];
}

type Images = ReadonlyMap<string, { readonly image: Image; readonly config: ImageConfig }>;

interface Reserved {
  readonly planned: PlannedPod;
  readonly pod: Pod;
  readonly record: PodRecord;
  readonly hold: Hold;
}

/**
 * Plays a checked plan: images, then the pods' names, then objects and volumes, then the pods side by side.
 * If anything fails, what this run made is removed again and what was there before is as it was.
 * Throws LifecycleError POD_EXISTS before anything is changed.
 */
export async function play(drivers: Drivers, request: PlayRequest): Promise<Played> {
  await refuseExisting(drivers, request);
  if (request.start) await needTools(drivers, request.plan);
  const images = await pullImages(drivers, request);
  drivers.step('play.journal');
  const journal = await drivers.store.journals.open('play');
  const reserved: Reserved[] = [];
  try {
    if (request.replace) {
      await takeDown(drivers, request.plan, {
        volumes: false,
        objects: false,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
    }
    for (const planned of request.plan.pods)
      reserved.push(await reserve(drivers, journal, { planned, request, images }));
    drivers.step('play.objects');
    const stored = await storeObjects(drivers, journal, request);
    const pods = await inParallel(reserved, PODS_AT_ONCE, (member) => bringUp(drivers, member, request));
    await commit(drivers, journal, reserved, request);
    return { pods, ...stored };
  } catch (error) {
    await undo(drivers, journal, { reserved, warn: request.warn });
    throw error;
  } finally {
    for (const { hold } of reserved) await hold[Symbol.asyncDispose]();
  }
}

async function refuseExisting({ store }: Drivers, { plan, replace }: PlayRequest): Promise<void> {
  if (replace) return;
  const taken = new Set((await store.records.pods()).map(({ namespace, name }) => `${namespace}/${name}`));
  const existing = plan.pods.find(({ pod, namespace }) => taken.has(`${namespace}/${pod.metadata.name}`));
  if (existing !== undefined) throw podExists(existing);
}

/** What this host lacks is told before anything is pulled or made. */
async function needTools({ runtime, network }: Drivers, { pods }: PlayPlan): Promise<void> {
  await runtime.need();
  for (const { pod, networks } of pods) {
    if (pod.spec.hostNetwork !== true && !networks.includes('none')) await network.need(networks);
  }
}

/** Makes every image present, each once, whatever number of containers use it. */
async function pullImages(drivers: Drivers, request: PlayRequest): Promise<Images> {
  const wanted = new Map<string, { name: string; policy: PullPolicy }>();
  for (const { pod } of request.plan.pods) {
    const { spec } = withDefaults(pod);
    for (const { image = '', imagePullPolicy } of [...(spec.initContainers ?? []), ...spec.containers]) {
      const policy = (imagePullPolicy ?? 'IfNotPresent') as PullPolicy;
      const before = wanted.get(image);
      if (before === undefined || policy === 'Always') wanted.set(image, { name: image, policy });
    }
  }
  const pulled = await inParallel([...wanted.values()], 3, async ({ name, policy }) => {
    const { image, warning } = await drivers.images.pull(name, {
      policy,
      ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      ...(request.tlsVerify === undefined ? {} : { tlsVerify: request.tlsVerify }),
    });
    if (warning !== undefined) request.warn(warning);
    return [name, { image, config: await drivers.images.config(image.id) }] as const;
  });
  return new Map(pulled);
}

interface ReserveRequest {
  readonly planned: PlannedPod;
  readonly request: PlayRequest;
  readonly images: Images;
}

async function reserve(
  drivers: Drivers,
  journal: Journal,
  { planned, request, images }: ReserveRequest,
): Promise<Reserved> {
  const uid = randomUUID();
  const pod: Pod = { ...planned.pod, metadata: { ...planned.pod.metadata, uid } };
  await journal.add({ type: 'pod', podId: podId(uid) });
  const { spec } = withDefaults(pod);
  const byContainer = new Map(
    [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ name, image = '' }) => {
      const found = images.get(image);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );
  const { hold, record } = await reservePod(drivers, {
    pod,
    namespace: planned.namespace,
    images: byContainer,
    noPodPrefix: request.noPodPrefix,
    networks: planned.networks,
    ports: planned.ports,
    source: request.source,
    ...(planned.folder === undefined ? {} : { baseFolder: planned.folder }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  });
  return { planned, pod, record, hold };
}

async function bringUp(
  drivers: Drivers,
  { pod, record, hold, planned }: Reserved,
  request: PlayRequest,
): Promise<PlayedPod> {
  await hold.proceed('pod.object');
  const owner = planned.owner && (await drivers.store.objects.get(planned.owner));
  await drivers.store.objects.create<Pod>({
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(owner === undefined
        ? {}
        : {
            ownerReferences: [
              {
                apiVersion: owner.apiVersion,
                kind: owner.kind,
                name: owner.metadata.name ?? '',
                uid: owner.metadata.uid ?? '',
                controller: true,
                blockOwnerDeletion: true,
              },
            ],
          }),
    },
  });
  if (!request.start) return { record };
  try {
    await startPod(drivers, hold, { warn: request.warn });
    return { record };
  } catch (error) {
    if (error instanceof LifecycleError && error.code === 'INIT_FAILED') return { record, failure: error };
    throw error;
  }
}

/** The point of no return: from the journal's commit on, a command that finds this one dead finishes it instead of undoing it. */
async function commit(
  drivers: Drivers,
  journal: Journal,
  reserved: readonly Reserved[],
  { start }: PlayRequest,
): Promise<void> {
  for (const { hold } of reserved) await hold.proceed('pod.ready');
  const podIds = reserved.map(({ record }) => record.id);
  await journal.add({ type: 'commit', podIds, start });
  await readyPods(drivers, { podIds, start });
  drivers.step('play.finish');
  await journal.finish();
}

interface Undo {
  readonly reserved: readonly Reserved[];
  readonly warn: (message: string) => void;
}

/** Removes what this run made. What cannot be removed stays in the journal and the records, for the next command. */
async function undo(drivers: Drivers, journal: Journal, { reserved, warn }: Undo): Promise<void> {
  try {
    for (const { record } of reserved) await removePod(drivers, record.id);
    await undoJournal(drivers, journal);
  } catch (error) {
    warn(
      `not all that was made could be removed again, the next command tries anew: ${error instanceof Error ? error.message : error}`,
    );
  }
}
