import type { NamedVolume } from '../contracts/volumes.ts';

/** The volume that `NAME` or `NS/NAME` means; a bare name is looked up in the namespace, `default` unless given. */
export function findVolume(
  volumes: readonly NamedVolume[],
  text: string,
  namespace = 'default',
): NamedVolume | undefined {
  const [first = '', second] = text.split(/\/(.*)/s);
  const [wanted, name] = second === undefined ? [namespace, first] : [first, second];
  return volumes.find((volume) => volume.namespace === wanted && volume.name === name);
}
