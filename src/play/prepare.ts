import type { PlayPlan } from '../contracts/play-plan.ts';
import type { Objects } from '../contracts/store.ts';
import { type Fault, ManifestError } from '../errors/manifest-error.ts';
import { notActedOn } from '../kube/fields.ts';
import type { LocatedObject } from '../kube/located.ts';
import type { ManifestFile } from '../kube/manifest-file.ts';
import { inspectManifests, type Validation } from '../kube/read.ts';
import { missingReferences } from '../kube/references.ts';
import type { KubeObject } from '../kube/wire.ts';
import { keyOf } from '../plan/object-key.ts';
import { type PlayOptions, playPlan } from '../plan/play-plan.ts';
import { unrunnable } from './unrunnable.ts';

export interface PrepareRequest {
  readonly files: readonly ManifestFile[];
  /** Files with nothing but ConfigMaps (`--configmap`). */
  readonly configMaps: readonly ManifestFile[];
  readonly validate: Validation;
  readonly options: PlayOptions;
  /** Whether what the files refer to must exist. True unless given. */
  readonly references?: boolean;
}

export interface Prepared {
  readonly plan: PlayPlan;
  readonly warnings: readonly Fault[];
  /** Paths of fields that are kept but do nothing yet, each once. */
  readonly notActedOn: readonly string[];
}

const PLAYED = ['Pod', 'Deployment', 'ConfigMap', 'Secret', 'PersistentVolumeClaim'] as const;

/**
 * Reads and checks everything before anything is made: syntax, fields, values, references to what neither the files
 * nor the store has. Throws ManifestError with all faults at once.
 */
export async function prepare(objects: Pick<Objects, 'list'>, request: PrepareRequest): Promise<Prepared> {
  const main = inspectManifests(request.files, { validate: request.validate });
  const extra = inspectManifests(request.configMaps, { validate: request.validate });
  const found = [...main.faults, ...extra.faults];
  const located = [...extra.objects, ...main.objects].filter(({ object }) => isPlayed(object));
  const more = [
    ...onlyConfigMaps(extra.objects),
    ...ambiguous(main.objects, extra.objects),
    ...unrunnable(located),
    ...(request.references !== false && found.every(isInside) ? await referenceFaults(objects, located) : []),
  ];
  const faults = [...found, ...more.filter((fault) => !found.some((other) => isSamePlace(fault, other)))];
  if (located.length === 0 && !faults.some(isError)) faults.push(...nothingToPlay(request.files));
  if (faults.some(isError)) throw new ManifestError(faults);
  const plan = playPlan(located, request.options);
  const unused = new Set(plan.pods.flatMap(({ pod }) => notActedOn(pod)));
  return { plan, warnings: found, notActedOn: [...unused] };
}

function isError({ severity }: Fault): boolean {
  return severity === 'error';
}

/** False for an error that keeps a whole object from being read: it may be the one that another refers to. */
function isInside(fault: Fault): boolean {
  const whole: readonly Fault['code'][] = ['YAML_SYNTAX', 'YAML_LIMIT', 'NOT_AN_OBJECT'];
  return !isError(fault) || (!whole.includes(fault.code) && !['apiVersion', 'kind'].includes(fault.path));
}

/** Whoever has read that a value is wrong need not read what follows from it. */
function isSamePlace(fault: Fault, other: Fault): boolean {
  const { file, line, column } = fault;
  return isError(other) && other.file === file && other.line === line && other.column === column;
}

async function referenceFaults(
  objects: Pick<Objects, 'list'>,
  located: readonly LocatedObject[],
): Promise<readonly Fault[]> {
  const stored = await storedSources(objects);
  return missingReferences(located, (kind, namespace, name) => stored.get(`${kind}/${namespace}/${name}`));
}

function isPlayed(object: KubeObject): boolean {
  return PLAYED.some((kind) => kind === object.kind);
}

/** What a manifest may refer to without containing it, by `Kind/namespace/name`. */
async function storedSources(objects: Pick<Objects, 'list'>): Promise<ReadonlyMap<string, KubeObject>> {
  const kinds = ['ConfigMap', 'Secret', 'PersistentVolumeClaim'];
  const lists = await Promise.all(kinds.map((kind) => objects.list({ group: '', kind })));
  return new Map(
    lists.flat().map((object) => {
      const { kind, namespace, name } = keyOf(object);
      return [`${kind}/${namespace}/${name}`, object];
    }),
  );
}

function onlyConfigMaps(located: readonly LocatedObject[]): readonly Fault[] {
  return located
    .filter(({ object }) => object.kind !== 'ConfigMap')
    .map((found) =>
      faultOf(found, {
        path: 'kind',
        code: 'WRONG_TYPE',
        message: `a file for --configmap holds ConfigMaps only, not a ${found.object.kind}`,
      }),
    );
}

function ambiguous(main: readonly LocatedObject[], extra: readonly LocatedObject[]): readonly Fault[] {
  const names = new Set(
    main.filter(({ object }) => object.kind === 'ConfigMap').map(({ object }) => keyOf(object).name),
  );
  return extra
    .filter(({ object }) => names.has(keyOf(object).name))
    .map((found) =>
      faultOf(found, {
        path: 'metadata.name',
        code: 'DUPLICATE',
        message: `ambiguous configuration: the same config map ${found.object.metadata.name} is in the manifest and in a file for --configmap`,
      }),
    );
}

interface Finding {
  readonly path: string;
  readonly code: Fault['code'];
  readonly message: string;
}

function faultOf({ file, locate }: LocatedObject, { path, code, message }: Finding): Fault {
  return { severity: 'error', code, message, file, path, ...locate(path) };
}

function nothingToPlay(files: readonly ManifestFile[]): readonly Fault[] {
  return files.slice(0, 1).map(({ name, text }) => ({
    severity: 'error',
    code: 'EMPTY',
    message: 'there is nothing to play in it',
    hint: `kinds that are played: ${PLAYED.join(', ')}`,
    file: name,
    line: 1,
    column: 1,
    length: 1,
    source: text.split(/\r?\n/, 1)[0] ?? '',
    path: '',
  }));
}
