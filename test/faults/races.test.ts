import { strict as assert } from 'node:assert';
import { App, slow } from './app.ts';

const ROUNDS = 10;

describe('commands that get in each other’s way', () => {
  let app: App;
  before(async () => {
    app = await App.create();
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  it('of two plays of one file exactly one wins, and the other says that the name is in use', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ends = await Promise.all([app.machine.run(app.play), app.machine.run(app.play)]);
      const [winner, loser] = ends.toSorted((left, right) => left.status - right.status);
      assert.deepEqual([winner?.status, loser?.status], [0, 125], JSON.stringify(ends));
      assert.match(loser?.stderr ?? '', /in use/);
      await app.isSettled();
      await app.answers();
      await app.machine.ok(...app.down);
      await app.isGone();
    }
  });

  it('of two `kube down` at once both succeed', async () => {
    for (let round = 0; round < 3; round += 1) {
      await app.machine.ok(...app.play);
      const ends = await Promise.all([app.machine.run(app.down), app.machine.run(app.down)]);
      for (const { status, stderr } of ends) assert.equal(status, 0, stderr);
      await app.isGone();
    }
  });

  for (const phase of ['reserved', 'recorded', 'running'] as const) {
    it(`kube down takes away what a play has ${phase}`, async () => {
      const playing = app.machine.run(app.play);
      await app.reaches(({ pods, containers }) => {
        switch (phase) {
          case 'reserved':
            return pods.length > 0;
          case 'recorded':
            return pods.some(({ sandbox }) => sandbox !== undefined);
          case 'running':
            return containers.some((container) => container.phase === 'running');
        }
      });
      await app.machine.ok(...app.down);
      const { status, stderr } = await playing;
      assert.ok([0, 125].includes(status), stderr);
      await app.isGone();
    });
  }

  it('stop wins over start', async () => {
    await app.machine.ok(...app.play);
    await app.machine.ok('pod', 'stop', 'web');
    const starting = app.machine.run(['pod', 'start', 'web']);
    await app.reaches(({ pods }) =>
      pods.some(({ wanted: { generation, state } }) => generation > 2 && state === 'running'),
    );
    await app.machine.ok('pod', 'stop', 'web');
    const { status, stderr } = await starting;
    assert.ok([0, 125].includes(status), stderr);
    assert.match(await app.machine.ok('pod', 'ps', '--filter', 'name=web'), /Stopped|Exited/);
    await app.machine.ok('pod', 'start', 'web');
    await app.isSettled();
    await app.answers();
    await app.machine.ok(...app.down);
    await app.isGone();
  });
});

describe('removing a pod that is being played', () => {
  let app: App;
  before(async () => {
    app = await App.create(slow);
  });
  after(() => app[Symbol.asyncDispose]());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await app.clear();
  });

  it('wins at once while an init container runs', async () => {
    const playing = app.machine.run(app.play);
    await app.reaches(({ containers }) =>
      containers.some(({ role, phase }) => role === 'init' && phase === 'running'),
    );
    await app.machine.ok('pod', 'rm', '-f', 'slow');
    const { status, stderr } = await playing;
    assert.equal(status, 125, stderr);
    assert.match(stderr, /removed by another command/);
    await app.isGone();
  });

  it('wins from the first moment', async () => {
    const playing = app.machine.run(app.play);
    await app.reaches(({ pods }) => pods.length > 0);
    await app.machine.ok('pod', 'rm', '-f', 'slow');
    const { status, stderr } = await playing;
    assert.equal(status, 125, stderr);
    await app.isGone();
  });

  it('leaves nothing either when two do it', async () => {
    const playing = app.machine.run(app.play);
    await app.reaches(({ containers }) => containers.some(({ phase }) => phase === 'running'));
    const ends = await Promise.all(
      ['0', '10'].map((time) => app.machine.run(['pod', 'rm', '-f', '-t', time, 'slow'])),
    );
    for (const { status, stderr } of ends) assert.equal(status, 0, stderr);
    assert.equal((await playing).status, 125);
    await app.isGone();
  });
});
