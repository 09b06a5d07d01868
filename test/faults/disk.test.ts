import { strict as assert } from 'node:assert';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bind, MOUNT, unmount } from '../../src/host/mount.ts';
import { App, manifest } from './app.ts';

/** Free space in KiB that a play meets: too little for it at one point or another. */
const ROOM = [0, 4, 80, 136, 160, 200, 260, 320];

describe('a disk that is full or read-only', () => {
  let app: App;
  before(async () => {
    app = await App.create(manifest, { disk: '16m' });
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(() => rmSync(filler(), { force: true }));

  const filler = () => join(app.machine.root, 'filler');

  function leave(kibibytes: number): void {
    const { bavail, bsize } = statfsSync(app.machine.root);
    writeFileSync(filler(), Buffer.alloc(Math.max(bavail * bsize - kibibytes * 1024, 0)));
  }

  for (const room of ROOM) {
    it(`a play with ${room} KiB of room is whole or undone`, async () => {
      leave(room);
      const { status, stderr } = await app.machine.run(app.play);
      await app.machine.ok('pod', 'ps');
      if (status === 0) await app.machine.ok(...app.down);
      else {
        assert.equal(status, 125);
        assert.match(stderr, /^Error: .*no space left/im);
        assert.ok(stderr.trim().split('\n').length <= 3, stderr);
      }
      await app.isGone();
    });
  }

  it('pods that run can be looked at and taken down when it is full', async () => {
    await app.machine.ok(...app.play);
    leave(0);
    await app.isSettled();
    await app.machine.ok('logs', 'web-server');
    assert.equal((await app.machine.run(['exec', 'web-other', 'true'])).status, 0);
    await app.machine.ok(...app.down);
    await app.isGone();
  });

  it('a read-only one is said to be that, and pods are shown', async () => {
    const { root } = app.machine;
    await app.machine.ok(...app.play);
    // A mount of its own over the same folder: those that write to the other one do not keep it from being read-only.
    await bind({ source: root, target: root, flags: MOUNT.RDONLY });
    try {
      await app.isSettled();
      for (const args of [['pod', 'stop', 'web'], ['play', 'kube', '--replace', app.file], app.down]) {
        const { status, stderr } = await app.machine.run(args);
        assert.equal(status, 125, args.join(' '));
        assert.match(stderr, /^Error: .*read-only/im, args.join(' '));
        assert.ok(stderr.trim().split('\n').length <= 3, stderr);
      }
    } finally {
      await unmount(root);
    }
    await app.isSettled();
    await app.machine.ok(...app.down);
    await app.isGone();
  });
});
