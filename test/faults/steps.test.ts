import { strict as assert } from 'node:assert';
import { downSteps, playSteps } from '../../src/contracts/steps.ts';
import { App } from './app.ts';

/** Places inside the drivers that a play comes by. */
const playPoints = [
  'objects.pending',
  'objects.logged',
  'objects.placed',
  'records.named',
  'records.staged',
  'volumes.written',
  'volumes.swapped',
  'rootfs.registered',
];

/** Places inside the drivers that taking pods down comes by. */
const downPoints = [
  'objects.pending',
  'objects.logged',
  'objects.placed',
  'records.wanted',
  'records.cleared',
  'records.removed',
  'volumes.unmounted',
  'rootfs.unmounted',
  'rootfs.uncounted',
  'rootfs.unrecorded',
];

const plays = [...playSteps, ...playPoints];
const downs = [
  ...[...downSteps, ...downPoints].map((step) => ({ verb: 'kube down', step })),
  ...downSteps.map((step) => ({ verb: 'pod rm', step })),
];

describe('pod dies at every step', () => {
  let app: App;
  before(async () => {
    app = await App.create();
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  for (const [index, { verb, step }] of downs.entries()) {
    const playStep = plays[index];
    const title = playStep === undefined ? '' : `play at ${playStep}, then `;
    it(`${title}${verb} at ${step}`, async () => {
      if (playStep !== undefined) await playDies(app, playStep, { look: index % 2 === 0 });
      await app.machine.ok(...app.play);
      await app.answers();
      await app.dies(verb === 'kube down' ? app.down : ['pod', 'rm', '-f', 'web', 'second'], step);
      await app.isSettled();
      await app.machine.ok(...app.down);
      await app.isGone();
    });
  }
});

/** Places that starting a pod which was stopped comes by. */
const starts = [
  'records.wanted',
  'sandbox.record',
  'sandbox.netns',
  'sandbox.cgroup',
  'sandbox.folder',
  'sandbox.network',
  'sandbox.volumes',
  'infra.create',
  'infra.start',
  'sandbox.files',
  'container.rootfs',
  'container.bundle',
  'container.create',
  'container.start',
] as const;

/** Places that stopping it comes by. */
const stops = [
  'pod.unwant',
  'records.wanted',
  'container.signal',
  'sandbox.uncgroup',
  'container.delete',
  'container.unmount',
  'infra.delete',
  'sandbox.detach',
  'sandbox.unpin',
  'sandbox.clear',
] as const;

describe('pod dies starting and stopping a pod', () => {
  let app: App;
  before(async () => {
    app = await App.create();
    await app.machine.ok(...app.play);
  });
  after(() => app[Symbol.asyncDispose]());

  for (const [index, step] of starts.entries()) {
    const stopStep = stops[index];
    it(`${stopStep === undefined ? '' : `stop at ${stopStep}, then `}start at ${step}`, async () => {
      if (stopStep !== undefined) await app.dies(['pod', 'stop', 'web'], stopStep);
      await app.machine.ok('pod', 'stop', 'web');
      await app.dies(['pod', 'start', 'web'], step);
      await app.machine.ok('pod', 'start', 'web');
      await app.isSettled();
      await app.answers();
      assert.ok(app.hasInitialized('web'), 'no init container has run in the new sandbox');
    });
  }

  it('and what is left is taken down', async () => {
    await app.machine.ok(...app.down);
    await app.isGone();
  });
});

/**
 * With `look` the next command is one that only lists; without, it is the next play. At its last step a play is past
 * its point of no return: then it is finished instead of undone.
 */
async function playDies(app: App, step: string, { look }: { readonly look: boolean }): Promise<void> {
  await app.dies(app.play, step);
  const done = step === 'play.finish';
  if (!look && !done) return;
  await app.isSettled();
  if (done) {
    await app.answers();
    await app.machine.ok(...app.down);
  }
  await app.isGone();
}
