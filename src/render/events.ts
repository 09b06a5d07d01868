import type { EventLine } from '../contracts/store.ts';

/** An event by Podman's field names, with Kubernetes' words beside. */
export interface EventItem {
  readonly Time: string;
  readonly Type: string;
  readonly Status: string;
  readonly ID: string;
  readonly Name: string;
  readonly PodName: string;
  readonly Image: string;
  readonly Reason: string;
  readonly Message: string;
  readonly Namespace: string;
  readonly Attributes: ReadonlyMap<string, string>;
}

/** Podman's word for what happened, by Kubernetes' reason. */
const statuses: Readonly<Record<string, string>> = {
  Created: 'create',
  Started: 'start',
  Killing: 'stop',
  Exited: 'died',
  Deleted: 'remove',
};

/** Pure: an event as `events` shows it. */
export function eventItem({
  time,
  object,
  containerId,
  reason,
  message,
  attributes = {},
}: EventLine): EventItem {
  const { namespace = '', name, uid = '' } = object;
  return {
    Time: time,
    Type: containerId === undefined ? object.kind.toLowerCase() : 'container',
    Status: statuses[reason] ?? reason.toLowerCase(),
    ID: containerId ?? uid,
    Name: attributes['container'] ?? name,
    PodName: name,
    Image: attributes['image'] ?? '',
    Reason: reason,
    Message: message,
    Namespace: namespace,
    Attributes: new Map(Object.entries(attributes)),
  };
}

/** One line in Podman's form: time, type, status, id, then details in parentheses. */
export function renderEvent({ Time, Type, Status, ID, Name, Image, Attributes }: EventItem): string {
  const details = [
    ...(Image === '' ? [] : [['image', Image] as const]),
    ['name', Name] as const,
    ...[...Attributes].filter(([key]) => key !== 'image' && key !== 'container'),
  ];
  const [day = '', clock = ''] = Time.replace('Z', '').split('T');
  const text = details.map(([key, value]) => `${key}=${value}`).join(', ');
  return `${day} ${clock} +0000 UTC ${Type} ${Status} ${ID} (${text})\n`;
}
