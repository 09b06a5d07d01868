import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandboxes } from '../../src/contracts/sandboxes.ts';
import { createSandboxes } from '../../src/runtime/sandboxes.ts';
import { containerRecord, id as idOf } from '../unit/state/sample.ts';
import { fake, keptBy } from './kept-by.ts';

const podId = idOf('a');
const files = { hosts: '127.0.0.1 localhost\n', hostname: 'web\n', resolvConf: '' };

/** Stands in for the installation, with programs that nobody runs here. */
function real(folder: string): Sandboxes {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  for (const name of ['pause', 'exited']) writeFileSync(join(programs, name), name, { mode: 0o755 });
  return createSandboxes({
    stateFolder: join(folder, 'state'),
    runFolder: join(folder, 'run'),
    netnsFolder: join(folder, 'netns'),
    storeId: 'c0ffee00',
    programs,
    hostFiles: {
      hosts: '/etc/hosts',
      resolvConf: '/etc/resolv.conf',
      upstreamResolvConf: join(folder, 'no'),
    },
  });
}

keptBy<Sandboxes>('sandboxes', { 'the fake': fake('sandboxes'), 'this machine': real }, (subject) => {
  it('have paths that follow from the pod’s id alone', () => {
    assert.deepEqual(subject().paths(podId), subject().paths(podId));
    assert.notEqual(subject().paths(podId).netns, subject().paths(idOf('b')).netns);
    assert.notEqual(subject().bundle(idOf('1')), subject().bundle(idOf('2')));
  });

  it('are made once, filled, and removed with what is mounted in them', async () => {
    await subject().prepare(podId, { shmBytes: 65_536 });
    await subject().prepare(podId, { shmBytes: 65_536 });
    await subject().writeFiles(podId, files);
    assert.deepEqual(await subject().present(), [podId]);
    await subject().remove(podId);
    assert.deepEqual(await subject().present(), []);
    await subject().remove(podId);
  });

  it('keep a bundle’s config until it is removed', async () => {
    const id = idOf('1');
    assert.equal(await subject().readBundle(id), undefined);
    await subject().writeBundle(id, '{"ociVersion":"1.0.0"}');
    await subject().writeBundle(id, '{"ociVersion":"1.0.2"}');
    assert.deepEqual(await subject().readBundle(id), { ociVersion: '1.0.2' });
    await subject().removeBundle(id);
    await subject().removeBundle(id);
    assert.equal(await subject().readBundle(id), undefined);
  });

  it('name programs by absolute paths', async () => {
    const { rootfs, pause } = await subject().infra();
    const [program = ''] = await subject().exitCommand(containerRecord('c', { pod: 'a', name: 'web-m' }));
    for (const path of [rootfs, pause, program]) assert.ok(path.startsWith('/'), path);
    assert.deepEqual(await subject().infra(), { rootfs, pause });
  });
});
