import type { Drivers } from '../contracts/drivers.ts';
import type { ObservedPod } from '../contracts/observed.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import type { Container } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import type { RuntimeSpec } from '../oci/runtime-spec.ts';
import { maskSecrets } from '../plan/mask-secrets.ts';
import type { ContainerFacts } from '../render/inspect-container.ts';
import type { PodFacts } from '../render/inspect-pod.ts';
import { readSources } from './sources.ts';
import { containerState, podState, podStatus } from './status.ts';
import type { Target } from './target.ts';

type Needs = Pick<Drivers, 'store' | 'sandboxes' | 'images' | 'runtime'>;

/** Gathers all that is known of a container. Values of Secrets are not among it. */
export async function inspectContainer(needs: Needs, { pod, container }: Target): Promise<ContainerFacts> {
  const { record } = container;
  const [spec, image, runtime] = await Promise.all([
    needs.sandboxes.readBundle(record.id) as Promise<RuntimeSpec | undefined>,
    imageOf(needs, record.image?.id),
    runtimeName(needs),
  ]);
  const env = await environment(needs, { pod, name: record.name, spec, image: image?.config });
  return { pod, container, state: containerState(container), spec, image, env, runtime };
}

/** Gathers all that is known of a pod. */
export function inspectPod(pod: ObservedPod, hostIP: string): PodFacts {
  return {
    pod,
    state: podState(pod),
    containerStates: pod.containers.map(containerState),
    status: podStatus(pod, hostIP),
  };
}

/** The image may have been removed by force meanwhile. */
async function imageOf({ images }: Needs, id: string | undefined) {
  const image = id === undefined ? undefined : await images.find(id);
  return image === undefined ? undefined : { image, config: await images.config(image.id) };
}

async function runtimeName({ runtime }: Needs): Promise<string> {
  try {
    return (await runtime.identity()).name;
  } catch (error) {
    // A host that has lost its runtime still has containers to show.
    if (error instanceof RuntimeError) return '';
    throw error;
  }
}

interface EnvironmentRequest {
  readonly pod: ObservedPod;
  readonly name: string;
  readonly spec: RuntimeSpec | undefined;
  readonly image: ImageConfig | undefined;
}

/** What the container was given; while it is not set up, what its image and its manifest say in so many words. */
async function environment(
  { store }: Needs,
  { pod: { pod, record }, name, spec, image }: EnvironmentRequest,
): Promise<readonly string[]> {
  const container = [...(pod?.spec.initContainers ?? []), ...(pod?.spec.containers ?? [])].find(
    (candidate) => candidate.name === name,
  );
  if (pod === undefined || container === undefined) return [];
  const imageEnv = image?.config?.Env ?? [];
  const { configMaps } = await readSources(store.objects, pod, record.namespace);
  return maskSecrets(spec?.process.env ?? [...imageEnv, ...written(container)], {
    container,
    imageEnv,
    configMaps,
  });
}

function written({ env = [] }: Container): readonly string[] {
  return env.flatMap(({ name, value }) => (value === undefined ? [] : [`${name}=${value}`]));
}
