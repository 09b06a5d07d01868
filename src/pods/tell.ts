import type { Drivers } from '../contracts/drivers.ts';
import type { EventLine } from '../contracts/store.ts';
import { SystemError } from '../errors/system-error.ts';

interface About {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
  /** The container that it happened to, if it was one. */
  readonly container?: {
    readonly id: string;
    readonly fullName: string;
    readonly image?: { readonly name: string } | undefined;
  };
}

/** Writes down that something happened to a pod or to one of its containers, in Kubernetes' words. */
export async function tell(
  { store }: Pick<Drivers, 'store'>,
  { namespace, name, uid, container }: About,
  {
    reason,
    message,
    type = 'Normal',
    attributes,
  }: Pick<EventLine, 'reason' | 'message' | 'attributes'> & Partial<Pick<EventLine, 'type'>>,
): Promise<void> {
  const event = {
    object: { kind: 'Pod', namespace, name, ...(uid === undefined ? {} : { uid }) },
    type,
    reason,
    message,
    ...(container === undefined ? {} : { containerId: container.id }),
    attributes: {
      ...(container === undefined ? {} : { container: container.fullName }),
      ...(container?.image === undefined ? {} : { image: container.image.name }),
      ...attributes,
    },
  };
  try {
    await store.events.append(event);
  } catch (error) {
    // On a full disk pods can still be stopped and removed; that nobody is told is the lesser harm.
    if (!(error instanceof SystemError && ['ENOSPC', 'EDQUOT'].includes(error.errno))) throw error;
  }
}

/** What `tell` needs to know of a container. */
export function aboutContainer(record: {
  readonly namespace: string;
  readonly podName: string;
  readonly id: string;
  readonly fullName: string;
  readonly image?: { readonly name: string };
}): About {
  return { namespace: record.namespace, name: record.podName, container: record };
}
