/** A played pod by its ids. */
export interface PlayedPodView {
  readonly id: string;
  /** Ids of its containers, the infra container and finished init containers left out. */
  readonly containers: readonly string[];
}

export interface PlayReportView {
  readonly volumes: readonly string[];
  readonly secrets: readonly string[];
  readonly pods: readonly PlayedPodView[];
}

/** What Podman prints after a play: volumes, secrets, then each pod with its containers and an empty line. */
export function renderPlayReport({ volumes, secrets, pods }: PlayReportView): string {
  const blocks = [
    ...headed('Volumes:', volumes),
    ...headed('Secrets:', secrets),
    ...pods.flatMap(({ id, containers }) => [
      `Pod:\n${id}\n${containers.length === 1 ? 'Container:' : 'Containers:'}\n${containers.map((container) => `${container}\n`).join('')}\n`,
    ]),
  ];
  return blocks.join('');
}

export interface DownReportView {
  readonly pods: readonly string[];
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly objects: readonly string[];
}

/** What Podman prints after `kube down`: four headed lists; then what only pod stores. */
export function renderDownReport({ pods, secrets, volumes, objects }: DownReportView): string {
  const list = (heading: string, items: readonly string[]) =>
    [heading, ...items].map((line) => `${line}\n`).join('');
  return [
    list('Pods stopped:', pods),
    list('Pods removed:', pods),
    list('Secrets removed:', secrets),
    list('Volumes removed:', volumes),
    ...(objects.length > 0 ? [list('Objects removed:', objects)] : []),
  ].join('');
}

function headed(heading: string, items: readonly string[]): readonly string[] {
  return items.length === 0 ? [] : [[heading, ...items].map((line) => `${line}\n`).join('')];
}
