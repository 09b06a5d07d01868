import { followed, kindSchema, type Schema, schemaAt, schemaKinds } from './schema.ts';

type Path = readonly (string | number)[];

/** Names of the fields that an object at a path may have. */
export function fieldsAt(kind: string, path: Path): readonly string[] {
  return Object.keys(schemaAt(kind, path)?.properties ?? {});
}

/** Homes further away than this are coincidences of names. */
const farthest = 4;

/**
 * Where a field that is unknown at `path` belongs: the path of the nearest object that has one of that name,
 * such as `['spec']` for a restartPolicy under metadata. Lists on the way count as their first item.
 * Undefined where the kind has no such field near by. The fields of volume sources say nothing about other places.
 */
export function homeOf(kind: string, path: Path, field: string): Path | undefined {
  const homes = objectsOf(kind)
    .filter(({ schema }) => Object.hasOwn(schema.properties ?? {}, field))
    .map((home) => ({ ...home, distance: distance(path, home.path) }))
    .filter((home) => home.distance <= farthest && (isOneLine(path, home.path) || !isInVolume(home.path)));
  return homes.toSorted((a, b) => a.distance - b.distance)[0]?.path;
}

/** True if one path leads to the other. */
function isOneLine(path: Path, other: Path): boolean {
  return distance(path, other) === Math.abs(path.length - other.length);
}

function isInVolume(path: Path): boolean {
  return path.includes('volumes');
}

/** True if some other kind has the field at the same path, as a Deployment has the `spec.replicas` that a DaemonSet lacks. */
export function knownElsewhere(path: Path, field: string): boolean {
  return schemaKinds.some((kind) => fieldsAt(kind, path).includes(field));
}

interface Located {
  readonly path: Path;
  readonly schema: Schema;
}

const found = new Map<string, readonly Located[]>();

/** Every object type of a kind at the shortest path that leads to it. */
function objectsOf(kind: string): readonly Located[] {
  const known = found.get(kind);
  if (known !== undefined) return known;
  const objects: Located[] = [];
  const queue: Located[] = [{ path: [], schema: kindSchema(kind) ?? {} }];
  const seen = new Set<Schema>();
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { path } = next;
    const schema = followed(next.schema);
    if (seen.has(schema)) continue;
    seen.add(schema);
    if (schema.items !== undefined) queue.push({ path: [...path, 0], schema: schema.items });
    if (schema.properties === undefined) continue;
    objects.push({ path, schema });
    for (const [name, inner] of Object.entries(schema.properties)) {
      queue.push({ path: [...path, name], schema: inner });
    }
  }
  found.set(kind, objects);
  return objects;
}

/** Steps up from one path and down to the other. */
function distance(from: Path, to: Path): number {
  const differs = from.findIndex(
    (step, index) => typeof step !== typeof to[index] || differing(step, to[index]),
  );
  const shared = differs === -1 ? from.length : differs;
  return from.length - shared + (to.length - shared);
}

function differing(step: string | number, other: string | number | undefined): boolean {
  return typeof step === 'string' && step !== other;
}
