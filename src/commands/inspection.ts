import type { Engine } from '../engine.ts';
import { StateError } from '../errors/state-error.ts';
import { tryContainer, tryPod } from '../pods/find.ts';
import { inspectContainer, inspectPod } from '../pods/inspect.ts';
import { findTarget } from '../pods/target.ts';
import { imageInspection } from '../render/images.ts';
import { containerInspection } from '../render/inspect-container.ts';
import { podInspection } from '../render/inspect-pod.ts';
import { networkView } from '../render/networks.ts';
import { volumeView } from '../render/volumes.ts';
import { findNetwork } from './find-network.ts';
import { findVolume } from './find-volume.ts';

export interface Inspected {
  readonly name: string;
  readonly namespace: string | undefined;
}

type Inspector = (engine: Engine, what: Inspected) => Promise<object | undefined>;

async function container(engine: Engine, { name, namespace }: Inspected): Promise<object | undefined> {
  const pods = await engine.observe();
  const containers = pods.flatMap((pod) => pod.containers.map(({ record }) => record));
  const record = tryContainer(containers, name, namespace);
  if (record === undefined) return undefined;
  const { observers, images } = engine;
  return containerInspection(
    await inspectContainer({ ...observers, images }, findTarget(pods, { name: record.id })),
  );
}

async function pod(engine: Engine, { name, namespace }: Inspected): Promise<object | undefined> {
  const [pods, { hostIP }] = await Promise.all([engine.observe(), engine.facts()]);
  const records = pods.map(({ record }) => record);
  const id = tryPod(records, name, namespace)?.id;
  const found = pods.find(({ record }) => record.id === id);
  return found === undefined ? undefined : podInspection(inspectPod(found, hostIP));
}

async function image({ images }: Engine, { name }: Inspected): Promise<object | undefined> {
  const found = await images.find(name);
  if (found === undefined) return undefined;
  const [config, manifest] = await Promise.all([images.config(found.id), images.manifest(found.id)]);
  return imageInspection({ image: found, config }, manifest);
}

async function volume({ volumes }: Engine, { name, namespace }: Inspected): Promise<object | undefined> {
  const found = findVolume(await volumes.named(), name, namespace);
  return found === undefined ? undefined : volumeView(found);
}

async function network(engine: Engine, { name }: Inspected): Promise<object | undefined> {
  const found = findNetwork(await engine.network.list(), name);
  return found === undefined ? undefined : networkView(found, await engine.observe());
}

/** In the order in which a name is looked for. */
const inspectors = { container, image, volume, network, pod } as const satisfies Record<string, Inspector>;

/** A kind of thing that can be inspected. */
export type InspectType = keyof typeof inspectors;

/** The kinds, in the order in which a name is looked for. */
export const inspectTypes = Object.keys(inspectors) as readonly InspectType[];

/** What is known of the first thing that has the name. Throws StateError OBJECT_NOT_FOUND. */
export async function inspect(
  engine: Engine,
  types: readonly InspectType[],
  what: Inspected,
): Promise<object> {
  for (const type of types) {
    const found = await inspectors[type](engine, what);
    if (found !== undefined) return found;
  }
  const [only] = types.length === 1 ? types : [];
  throw new StateError({
    code: 'OBJECT_NOT_FOUND',
    message:
      only === undefined
        ? `no such object: "${what.name}"`
        : `no such ${only}: no ${only} "${what.name}" found`,
    hint:
      only === undefined ? 'containers, images, volumes, networks and pods can be inspected' : lists[only],
  });
}

const lists: Readonly<Record<InspectType, string>> = {
  container: '`pod ps -a` lists the containers that there are',
  image: '`pod images` lists the images that there are',
  volume: '`pod volume ls` lists the volumes that there are',
  network: '`pod network ls` lists the networks that there are',
  pod: '`pod pod ps` lists the pods that there are',
};
