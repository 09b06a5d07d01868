import type { HostFacts } from '../contracts/host-facts.ts';
import type { Sources } from '../contracts/volumes.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { secretData } from '../kube/secret-data.ts';
import type { Container, EnvFromSource, EnvVar, Pod } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { expand } from './expand.ts';
import { type FieldContext, fieldValue } from './field-ref.ts';
import { podHostname } from './hostname.ts';
import { resourceValue } from './resource-ref.ts';

export interface EnvironmentRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageConfig | undefined;
  readonly sources: Pick<Sources, 'configMaps' | 'secrets'>;
  readonly podIPs: readonly string[];
  readonly hostIP: string;
  readonly nodeName: string;
  readonly facts: Pick<HostFacts, 'cpus' | 'memoryBytes'>;
}

export interface ContainerEnvironment {
  /** `NAME=value`, each name once. */
  readonly env: readonly string[];
  /** What the manifest declares: the names that `$(NAME)` in command and args may refer to. */
  readonly variables: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const VARIABLE_NAME = /^(?!\.\.)(?!\.$)[-._a-zA-Z][-._a-zA-Z0-9]*$/;

/**
 * A container's environment as the kubelet makes it. PATH, HOSTNAME (and TERM with a terminal) come first, then the
 * image's ENV, then `envFrom` in order, then `env` in order with `$(NAME)` seeing what the manifest declared before.
 * Keys of `envFrom` that are no variable names are left out, with a warning.
 * Throws LifecycleError CONFIG_MISSING for a required ConfigMap, Secret or key that is not there.
 */
export function containerEnvironment(request: EnvironmentRequest): ContainerEnvironment {
  const { pod, container, image, nodeName } = request;
  const warnings: string[] = [];
  const variables = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    const { entries, skipped } = importSource(source, request);
    for (const [name, value] of entries) variables.set(name, value);
    if (skipped.length > 0) {
      warnings.push(
        `${describeSource(source)} has keys that are no variable names, left out: ${skipped.join(', ')}`,
      );
    }
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(variable, variables, request);
    if (value !== undefined) variables.set(variable.name, value);
  }
  const all = new Map([
    ['PATH', DEFAULT_PATH],
    ...(container.tty ? [['TERM', 'xterm'] as const] : []),
    ['HOSTNAME', podHostname(pod, nodeName)],
    ...(image?.config?.Env ?? []).map(splitAssignment),
    ...variables,
  ]);
  return { env: [...all].map(([name, value]) => `${name}=${value}`), variables, warnings };
}

function splitAssignment(assignment: string): readonly [string, string] {
  const at = assignment.indexOf('=');
  return at < 0 ? [assignment, ''] : [assignment.slice(0, at), assignment.slice(at + 1)];
}

interface Imported {
  readonly entries: readonly (readonly [string, string])[];
  readonly skipped: readonly string[];
}

function importSource(source: EnvFromSource, { container, sources }: EnvironmentRequest): Imported {
  const { prefix = '', configMapRef, secretRef } = source;
  const reference = configMapRef ?? secretRef;
  const data = configMapRef
    ? configMapTexts(configMapRef.name, sources)
    : secretTexts(secretRef?.name, sources);
  if (!data && !reference?.optional) throw missing(container, describeSource(source));
  const named = Object.entries(data ?? {}).map(([key, value]) => [prefix + key, value] as const);
  return {
    entries: named.filter(([name]) => VARIABLE_NAME.test(name)),
    skipped: named.map(([name]) => name).filter((name) => !VARIABLE_NAME.test(name)),
  };
}

function describeSource({ configMapRef, secretRef }: EnvFromSource): string {
  return configMapRef ? `ConfigMap ${configMapRef.name}` : `Secret ${secretRef?.name}`;
}

function variableValue(
  { name, value, valueFrom }: EnvVar,
  variables: ReadonlyMap<string, string>,
  request: EnvironmentRequest,
): string | undefined {
  if (value) return expand(value, variables);
  const { container, sources } = request;
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = valueFrom ?? {};
  if (configMapKeyRef) {
    const data = configMapTexts(configMapKeyRef.name, sources);
    return pick(data, configMapKeyRef, { container, kind: 'ConfigMap' });
  }
  if (secretKeyRef) {
    return pick(secretTexts(secretKeyRef.name, sources), secretKeyRef, { container, kind: 'Secret' });
  }
  if (fieldRef)
    return required(fieldValue(fieldRef.fieldPath, request satisfies FieldContext), name, request);
  if (resourceFieldRef) return required(resourceValue(resourceFieldRef, request), name, request);
  return '';
}

function pick(
  data: Readonly<Record<string, string>> | undefined,
  reference: { readonly name?: string; readonly key: string; readonly optional?: boolean },
  { container, kind }: { readonly container: Container; readonly kind: string },
): string | undefined {
  const value = data && Object.hasOwn(data, reference.key) ? data[reference.key] : undefined;
  if (value !== undefined || reference.optional) return value;
  throw missing(
    container,
    data ? `key ${reference.key} in ${kind} ${reference.name}` : `${kind} ${reference.name}`,
  );
}

function configMapTexts(name: string | undefined, sources: EnvironmentRequest['sources']) {
  const configMap = sources.configMaps.get(name ?? '');
  return configMap && (configMap.data ?? {});
}

function secretTexts(name: string | undefined, sources: EnvironmentRequest['sources']) {
  const secret = sources.secrets.get(name ?? '');
  if (!secret) return undefined;
  return Object.fromEntries([...secretData(secret)].map(([key, value]) => [key, value.toString('utf8')]));
}

function required(value: string | undefined, name: string, { container }: EnvironmentRequest): string {
  if (value === undefined) throw missing(container, `what variable ${name} refers to`);
  return value;
}

function missing(container: Container, what: string): LifecycleError {
  return new LifecycleError({
    code: 'CONFIG_MISSING',
    message: `container ${container.name} needs ${what}, which does not exist`,
    hint: 'add it to the manifest, or mark the reference as optional',
  });
}
