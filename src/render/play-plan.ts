import type { PortMapping } from '../contracts/network.ts';
import type { PlannedPod, PlayPlan } from '../contracts/play-plan.ts';
import type { Container } from '../kube/wire.ts';

/** The plan of a play as a person reads it: one line per object, under each pod its containers and published ports. */
export function renderPlayPlan({ objects, pods }: PlayPlan): string {
  if (objects.length === 0 && pods.length === 0) return 'Nothing would be created.\n';
  const rows = objects.map(({ key }) => ({
    kind: key.kind,
    name: `${key.namespace}/${key.name}`,
    detail: '',
  }));
  const width = Math.max(...[...rows.map(({ kind }) => kind.length), 'Pod'.length]);
  const lines = [
    'Would create:',
    ...rows.map(({ kind, name }) => `  ${kind.padEnd(width)}  ${name}`),
    ...pods.flatMap((pod) => podLines(pod, width)),
  ];
  return `${lines.join('\n')}\n`;
}

function podLines({ pod, namespace, ports }: PlannedPod, width: number): readonly string[] {
  const { spec, metadata } = pod;
  return [
    `  ${'Pod'.padEnd(width)}  ${namespace}/${metadata.name}`,
    ...(spec.initContainers ?? []).map((container) => memberLine('init container', container)),
    ...spec.containers.map((container) => memberLine('container', container)),
    ...ports.map((port) => `    publish ${portText(port)}`),
  ];
}

function memberLine(noun: string, { name, image, imagePullPolicy }: Container): string {
  return `    ${noun} ${name} from ${image}${imagePullPolicy === undefined ? '' : ` (${imagePullPolicy})`}`;
}

function portText({ hostIP, hostPort, containerPort, protocol }: PortMapping): string {
  const address = hostIP.includes(':') ? `[${hostIP}]` : hostIP;
  return `${address}:${hostPort} -> ${containerPort}/${protocol}`;
}
