import type { ConfigMap, Container } from '../kube/wire.ts';

export interface MaskRequest {
  readonly container: Container;
  /** `NAME=value` of the image. */
  readonly imageEnv: readonly string[];
  readonly configMaps: ReadonlyMap<string, ConfigMap>;
}

/** What stands for a value that nobody is to see. */
export const MASK = '********';

/** Variables that every container has, whatever its manifest says. */
const given = new Set(['PATH', 'TERM', 'HOSTNAME', 'HOME']);

/**
 * Pure: an environment with the values replaced that come from Secrets, or are made of such by `$(NAME)`. Where whole
 * Secrets were taken over, only what provably comes from elsewhere is shown: the Secret may have changed since.
 */
export function maskSecrets(
  env: readonly string[],
  { container, imageEnv, configMaps }: MaskRequest,
): readonly string[] {
  const imports = container.envFrom ?? [];
  const takesSecrets = imports.some(({ secretRef }) => secretRef !== undefined);
  const open = new Set(imageEnv);
  for (const { prefix = '', configMapRef } of imports) {
    const data = configMaps.get(configMapRef?.name ?? '')?.data ?? {};
    for (const [key, value] of Object.entries(data)) open.add(`${prefix}${key}=${value}`);
  }
  const values = new Map(env.map(split));
  const declared = new Map<string, boolean>();
  const isSecret = (name: string): boolean =>
    declared.get(name) ??
    (takesSecrets && !given.has(name) && !open.has(`${name}=${values.get(name) ?? ''}`));
  for (const { name, value, valueFrom } of container.env ?? []) {
    const made = [...(value ?? '').matchAll(/\$\(([^)]+)\)/g)].some(([, used = '']) => isSecret(used));
    declared.set(name, valueFrom?.secretKeyRef !== undefined || made);
  }
  return [...values].map(([name, value]) => `${name}=${isSecret(name) ? MASK : value}`);
}

function split(assignment: string): readonly [string, string] {
  const [name = '', value = ''] = assignment.split(/=(.*)/s);
  return [name, value];
}
