import { deepEqual } from 'node:assert/strict';
import { imageVolumes } from '../../../src/plan/image-volumes.ts';

describe('volumes of an image', () => {
  const of = (declared: readonly string[], mountPaths: readonly string[] = []) =>
    imageVolumes({
      container: { volumeMounts: mountPaths.map((mountPath) => ({ name: 'v', mountPath })) },
      image: { config: { Volumes: Object.fromEntries(declared.map((path) => [path, {}])) } },
    });

  it('are what it declares, each once', () => {
    deepEqual(of(['/data', '/data/', 'logs', '/']), ['/data', '/logs']);
  });

  it('are not where or below where the manifest mounts something', () => {
    deepEqual(of(['/data', '/data/deep', '/database'], ['/data']), ['/database']);
  });

  it('leave the file systems of the kernel alone', () => {
    deepEqual(of(['/sys/fs/cgroup', '/dev/shm', '/proc', '/developer']), ['/developer']);
  });
});
