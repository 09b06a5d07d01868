import type { Fault } from '../errors/manifest-error.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';
import type { LocatedObject } from './located.ts';
import { faultAt } from './page.ts';
import { podSpecOf } from './pod-spec-of.ts';
import type { ConfigMap, Container, KubeObject, PodSpec, Secret, Volume } from './wire.ts';

/** Finds an object of a namespace, wherever it is kept; undefined where there is none. */
export type Lookup = (
  kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim',
  namespace: string,
  name: string,
) => KubeObject | undefined;

/**
 * The ConfigMaps, Secrets, their keys, and claims that pods (and the templates of Deployments) name and that are
 * nowhere: neither among the objects themselves, nor found by `exists`. References marked optional may miss.
 */
export function missingReferences(objects: readonly LocatedObject[], exists: Lookup): Fault[] {
  const lookup = withOwn(objects, exists);
  return objects.flatMap((located) => {
    const target = podSpecOf(located.object);
    if (target === undefined) return [];
    const namespace = located.object.metadata.namespace ?? DEFAULT_NAMESPACE;
    return referencesOf(target.spec, target.path).flatMap((reference) => {
      const found = missing(reference, lookup, namespace);
      if (found === undefined) return [];
      const place = located.locate(reference.path);
      const optional = reference.kind === 'PersistentVolumeClaim' ? '' : ', or mark the reference optional';
      const finding = { code: 'REFERENCE_MISSING', path: reference.path } as const;
      return [faultAt(located.file, place, { ...finding, ...found, hint: `${found.hint}${optional}` })];
    });
  });
}

/** What a pod needs from an object: the object, or a key of it. */
interface Reference {
  readonly kind: Parameters<Lookup>[0];
  readonly name: string;
  readonly key?: string;
  /** True where another reference asks for the object itself. */
  readonly keyOnly?: boolean;
  readonly path: string;
  /** Who asks, in words. */
  readonly asker: string;
}

function withOwn(objects: readonly LocatedObject[], exists: Lookup): Lookup {
  const id = (kind: string, namespace: string, name: string) => JSON.stringify([kind, namespace, name]);
  const own = new Map(
    objects.map(({ object }) => [
      id(object.kind, object.metadata.namespace ?? DEFAULT_NAMESPACE, object.metadata.name ?? ''),
      object,
    ]),
  );
  return (kind, namespace, name) => own.get(id(kind, namespace, name)) ?? exists(kind, namespace, name);
}

function missing(
  { kind, name, key, keyOnly, asker }: Reference,
  lookup: Lookup,
  namespace: string,
): { readonly message: string; readonly hint: string } | undefined {
  const object = lookup(kind, namespace, name);
  if (object === undefined) {
    if (keyOnly) return undefined;
    const message = `there is no ${kind} ${name}, which ${asker} needs`;
    return { message, hint: `add the ${kind} to the manifest` };
  }
  if (key === undefined || hasKey(object, key)) return undefined;
  const message = `the ${kind} ${name} has no key ${key}, which ${asker} needs`;
  return { message, hint: `add ${key} to the ${kind}` };
}

function hasKey(object: KubeObject, key: string): boolean {
  const { data, binaryData, stringData } = object as Partial<ConfigMap & Secret>;
  return [data, binaryData, stringData].some((map) => map !== undefined && Object.hasOwn(map, key));
}

function referencesOf(spec: PodSpec, path: string): Reference[] {
  const containers = (['initContainers', 'containers'] as const).flatMap((list) =>
    (spec[list] ?? []).flatMap((each, index) => ofContainer(each, `${path}.${list}[${index}]`)),
  );
  const volumes = (spec.volumes ?? []).flatMap((each, index) => ofVolume(each, `${path}.volumes[${index}]`));
  return [...containers, ...volumes];
}

function ofContainer(container: Container, path: string): Reference[] {
  const variables = (container.env ?? []).flatMap(({ name, valueFrom }, index) => {
    const asker = `the variable ${name} of the container ${container.name}`;
    return (['configMapKeyRef', 'secretKeyRef'] as const).flatMap((field): Reference[] => {
      const source = valueFrom?.[field];
      if (source === undefined || source.optional) return [];
      const kind = field === 'secretKeyRef' ? 'Secret' : 'ConfigMap';
      const at = `${path}.env[${index}].valueFrom.${field}`;
      return [{ kind, name: source.name ?? '', key: source.key, path: at, asker }];
    });
  });
  const whole = (container.envFrom ?? []).flatMap((each, index) =>
    (['configMapRef', 'secretRef'] as const).flatMap((field): Reference[] => {
      const source = each[field];
      if (source === undefined || source.optional) return [];
      const kind = field === 'secretRef' ? 'Secret' : 'ConfigMap';
      const asker = `envFrom of the container ${container.name}`;
      return [{ kind, name: source.name ?? '', path: `${path}.envFrom[${index}].${field}`, asker }];
    }),
  );
  return [...variables, ...whole];
}

function ofVolume(volume: Volume, path: string): Reference[] {
  const asker = `the volume ${volume.name}`;
  const { configMap, secret, persistentVolumeClaim: claim } = volume;
  const projected = (volume.projected?.sources ?? []).flatMap((source, index) => {
    const at = `${path}.projected.sources[${index}]`;
    return [
      ...ofFiles('ConfigMap', source.configMap, { path: `${at}.configMap`, asker }),
      ...ofFiles('Secret', source.secret, { path: `${at}.secret`, asker }),
    ];
  });
  return [
    ...ofFiles('ConfigMap', configMap, { path: `${path}.configMap`, asker }),
    ...ofFiles('Secret', secret && { ...secret, name: secret.secretName }, { path: `${path}.secret`, asker }),
    ...projected,
    ...ofClaim(claim?.claimName, { path: `${path}.persistentVolumeClaim`, asker }),
  ];
}

interface FileSource {
  readonly name?: string | undefined;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

type From = Pick<Reference, 'path' | 'asker'>;

function ofFiles(kind: 'ConfigMap' | 'Secret', source: FileSource | undefined, from: From): Reference[] {
  if (source === undefined || source.optional) return [];
  const name = source.name ?? '';
  const keys = (source.items ?? []).map(({ key }, index): Reference => {
    return { kind, name, key, keyOnly: true, asker: from.asker, path: `${from.path}.items[${index}].key` };
  });
  return [{ kind, name, ...from }, ...keys];
}

function ofClaim(name: string | undefined, from: From): Reference[] {
  return name === undefined ? [] : [{ kind: 'PersistentVolumeClaim', name, ...from }];
}
