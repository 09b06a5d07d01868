import { posix } from 'node:path';
import { nearest } from '../../values/nearest.ts';
import type { Container, PodSpec, VolumeMount } from '../wire.ts';
import { checkOneOf, type Subject } from './subject.ts';

/** Checks the volume mounts and devices of one container. */
export function checkMounts(container: Subject<Container>, spec: PodSpec): void {
  const volumes = (spec.volumes ?? []).map(({ name }) => name);
  const mounts = container.at('volumeMounts').items();
  for (const mount of mounts) {
    checkMount(mount, volumes);
    checkPropagation(mount, container.value);
  }
  for (const device of container.at('volumeDevices').items()) {
    checkVolumeName(device.at('name'), volumes);
    if (device.value.devicePath === '') device.at('devicePath').error('BAD_VALUE', 'devicePath is empty');
  }
  checkPaths(mounts);
}

function checkMount(mount: Subject<VolumeMount>, volumes: readonly string[]): void {
  const { mountPath, subPath, subPathExpr } = mount.value;
  checkVolumeName(mount.at('name'), volumes);
  if (mountPath === '') mount.at('mountPath').error('BAD_VALUE', 'mountPath is empty');
  if (mountPath.includes(':')) {
    mount.at('mountPath').error('BAD_VALUE', `mountPath ${mountPath} must not contain :`);
  }
  checkInside(mount.at('subPath'));
  checkInside(mount.at('subPathExpr'));
  if (subPath && subPathExpr) {
    const message = 'subPath and subPathExpr exclude each other';
    mount.at('subPathExpr').keyError('CONFLICT', message, 'remove one of them');
  }
  checkOneOf(mount.at('mountPropagation'), ['None', 'HostToContainer', 'Bidirectional']);
}

/** A mount that leaves its container reaches the host and all others. */
function checkPropagation(mount: Subject<VolumeMount>, { securityContext }: Container): void {
  const propagation = mount.at('mountPropagation');
  if (propagation.value !== 'Bidirectional' || securityContext?.privileged) return;
  const message = 'mountPropagation Bidirectional is for privileged containers only';
  propagation.error('CONFLICT', message, 'use HostToContainer, or make the container privileged');
}

function checkVolumeName(name: Subject<string | undefined>, volumes: readonly string[]): void {
  const wanted = name.value ?? '';
  if (volumes.includes(wanted)) return;
  const near = nearest(wanted, volumes);
  name.error(
    'REFERENCE_MISSING',
    `there is no volume ${JSON.stringify(wanted)} in the pod`,
    near === undefined ? 'add it to spec.volumes' : `did you mean ${near}?`,
  );
}

/** Two mounts cannot share a place, however its path is written. */
function checkPaths(mounts: readonly Subject<VolumeMount>[]): void {
  const first = new Map<string, Subject<string | undefined>>();
  for (const mount of mounts) {
    const path = mount.at('mountPath');
    if (!path.value) continue;
    const place = posix.resolve('/', path.value);
    const earlier = first.get(place);
    if (earlier === undefined) {
      first.set(place, path);
      continue;
    }
    const message = `the mountPath ${path.value} is here twice; the first is on line ${earlier.line()}`;
    path.error('DUPLICATE', message, 'mount one of them elsewhere');
  }
}

/** Reports a path that is absolute or climbs: it has to stay inside its volume. */
export function checkInside(path: Subject<string | undefined>): void {
  const { value } = path;
  if (value === undefined) return;
  if (value.startsWith('/')) path.error('BAD_VALUE', `${value} must be relative to the volume`);
  else if (climbs(value)) path.error('BAD_VALUE', `${value} must not contain ..`);
}

/** True if a path has `..` among its parts. */
export function climbs(path: string): boolean {
  return path.split('/').includes('..');
}
