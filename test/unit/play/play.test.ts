import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VolumesRequest } from '../../../src/contracts/volumes.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { ConfigMap, Deployment, KubeObject, Pod } from '../../../src/kube/wire.ts';
import { type PlayOptions, playPlan } from '../../../src/plan/play-plan.ts';
import { type PlayRequest, play } from '../../../src/play/play.ts';
import { takeDown } from '../../../src/play/take-down.ts';
import { takeAway } from '../../../src/pods/take-away.ts';
import { type FakeMachine, fakeMachine } from '../../fakes/drivers.ts';

const none: PlayOptions = { networks: [], publish: [], annotations: {} };

function pod(name: string, spec: Partial<Pod['spec']> = {}): Pod {
  const containers = [{ name: 'main', image: 'localhost/x:1' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers, terminationGracePeriodSeconds: 0, ...spec },
  };
}

const settings: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { a: '1' },
};
const claim: KubeObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' } };
const withInit = pod('prepared', { initContainers: [{ name: 'first', image: 'localhost/x:1' }] });

function code(expected: string) {
  return (error: unknown) => error instanceof LifecycleError && error.code === expected;
}

describe('playing', () => {
  let folder: string;
  let machine: FakeMachine;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-unit-'));
    machine = fakeMachine(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const planOf = (objects: readonly KubeObject[]) =>
    playPlan(
      objects.map((object) => ({ object })),
      none,
    );
  const run = (objects: readonly KubeObject[], changes: Partial<PlayRequest> = {}) =>
    play(machine.drivers, {
      plan: planOf(objects),
      source: 'app.yaml',
      start: true,
      replace: false,
      noPodPrefix: false,
      warn: () => undefined,
      ...changes,
    });
  const records = () => machine.drivers.store.records;
  const stored = <T extends KubeObject>(kind: string) => machine.drivers.store.objects.list<T>({ kind });
  const nothingLeft = async () => {
    deepEqual([...machine.standing], []);
    deepEqual(await records().pods(), []);
    deepEqual(await records().containers(), []);
    deepEqual(await stored('Pod'), []);
    equal(await machine.drivers.store.journals.any(), false);
  };

  describe('that goes well', () => {
    it('leaves pods that run, ready, with their objects as written', async () => {
      const { pods } = await run([settings, pod('web')]);
      const [record] = await records().pods();
      equal(record?.phase, 'ready');
      equal(record?.id, pods[0]?.record.id);
      deepEqual((await stored<Pod>('Pod'))[0]?.spec, pod('web').spec);
      equal(await machine.drivers.store.journals.any(), false);
    });

    it('starts init containers one after another, before any other is made', async () => {
      machine.exitCodes.set('prepared-first', 0);
      await run([withInit]);
      deepEqual(
        machine.calls.filter((call) => /^runtime\.(create|start) prepared-(?!infra)/.test(call)),
        [
          'runtime.create prepared-first',
          'runtime.start prepared-first',
          'runtime.create prepared-main',
          'runtime.start prepared-main',
        ],
      );
    });

    it('with start off makes nothing on the machine, and wants the pod stopped', async () => {
      await run([pod('web')], { start: false });
      deepEqual([...machine.standing], []);
      equal((await records().pods())[0]?.wanted.state, 'stopped');
    });

    it('gives the pods of a Deployment their owner', async () => {
      const deployment: Deployment = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'app' },
        spec: { replicas: 2, selector: {}, template: { metadata: {}, spec: pod('x').spec } },
      };
      await run([deployment]);
      const owners = (await stored<Pod>('Pod')).map(({ metadata }) => metadata.ownerReferences?.[0]?.name);
      deepEqual(owners, ['app', 'app']);
    });

    it('leaves nothing after it was taken down, however often', async () => {
      const objects = [settings, claim, pod('web')];
      await run(objects);
      const options = { volumes: true, objects: true };
      const taken = await takeDown(machine.drivers, planOf(objects), options);
      equal(taken.pods.length, 1);
      deepEqual(taken.volumes, ['data']);
      await nothingLeft();
      deepEqual((await takeDown(machine.drivers, planOf(objects), options)).pods, []);
    });
  });

  it('keeps a pod whose init container failed, for its logs, and starts nothing after it', async () => {
    machine.exitCodes.set('prepared-first', 3);
    const { pods } = await run([withInit]);
    equal(pods[0]?.failure?.code, 'INIT_FAILED');
    ok(!machine.calls.includes('runtime.create prepared-main'));
    equal((await records().pods())[0]?.phase, 'ready');
  });

  describe('that fails', () => {
    const verbs = [
      'images.pull',
      'network.holdPorts',
      'namespaces.pin',
      'network.attach',
      'cgroups.create',
      'sandboxes.prepare',
      'sandboxes.writeBundle',
      'volumes.prepare',
      'volumes.ensureNamed',
      'rootfs.mount',
      'runtime.create',
      'runtime.start',
    ];
    for (const verb of verbs) {
      it(`at ${verb} undoes all of it`, async () => {
        machine.exitCodes.set('prepared-first', 0);
        machine.failOn(verb, new Error(`${verb} failed`));
        await rejects(run([settings, claim, pod('one'), withInit]), { message: `${verb} failed` });
        await nothingLeft();
        deepEqual(await stored('ConfigMap'), []);
      });
    }

    it('gives an object that it changed its old content back', async () => {
      await run([settings, pod('web')]);
      machine.failOn('runtime.start', new Error('no'));
      await rejects(run([{ ...settings, data: { a: '2' } } as ConfigMap, pod('other')]));
      deepEqual((await stored<ConfigMap>('ConfigMap'))[0]?.data, { a: '1' });
      equal((await records().pods()).length, 1);
    });

    it('leaves a volume that a pod of another command uses by now', async () => {
      const other: VolumesRequest = {
        podId: 'other',
        namespace: 'default',
        volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }],
        sources: { configMaps: new Map(), secrets: new Map(), claims: new Map() },
      };
      machine.onStep = (step) => {
        if (step !== 'container.start') return;
        void machine.drivers.volumes.prepare(other);
        throw new Error('no');
      };
      await rejects(run([claim, pod('web')]), { message: 'no' });
      deepEqual(
        (await machine.drivers.volumes.named()).map(({ name, usedBy }) => [name, usedBy]),
        [['data', ['other']]],
      );
    });

    it('on a name that is taken changes nothing', async () => {
      await run([pod('web')]);
      const before = machine.calls.length;
      await rejects(run([settings, pod('web')]), code('POD_EXISTS'));
      equal(machine.calls.length, before);
      deepEqual(await stored('ConfigMap'), []);
    });

    it('C28: on an immutable object keeps it, unless it is replaced', async () => {
      const fixed: ConfigMap = { ...settings, immutable: true };
      const changed: ConfigMap = { ...fixed, data: { a: '2' } };
      await run([fixed]);
      await rejects(run([changed]), code('IMMUTABLE'));
      await run([changed], { replace: true });
      deepEqual((await stored<ConfigMap>('ConfigMap'))[0]?.data, { a: '2' });
    });

    it('because of an interrupt undoes all of it', async () => {
      const interrupt = new AbortController();
      machine.onStep = (step) => {
        if (step === 'container.start') {
          interrupt.abort(new LifecycleError({ code: 'INTERRUPTED', message: 'interrupted' }));
        }
      };
      await rejects(run([settings, pod('web')], { signal: interrupt.signal }), code('INTERRUPTED'));
      await nothingLeft();
    });
  });

  it('gives way to a removal, even while an init container runs', async () => {
    const playing = rejects(run([withInit]), code('INTERRUPTED'));
    while (!machine.calls.includes('runtime.start prepared-first')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const [record] = await records().pods();
    await takeAway(machine.drivers, record?.id ?? '', { graceSeconds: 0 });
    await playing;
    await nothingLeft();
  });
});
