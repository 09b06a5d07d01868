import { deepEqual, equal } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '../../../src/kube/wire.ts';
import { playPlan } from '../../../src/plan/play-plan.ts';
import { play } from '../../../src/play/play.ts';
import { findLeftovers, removeLeftovers } from '../../../src/pods/check.ts';
import { type FakeMachine, fakeMachine } from '../../fakes/drivers.ts';

const web: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [{ name: 'main', image: 'localhost/x:1' }] },
};

describe('looking for leftovers', () => {
  let folder: string;
  let machine: FakeMachine;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pod-unit-'));
    machine = fakeMachine(folder);
    await play(machine.drivers, {
      plan: playPlan([{ object: web }], { networks: [], publish: [], annotations: {} }),
      source: 'app.yaml',
      start: true,
      replace: false,
      noPodPrefix: false,
      warn: () => undefined,
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** As if the command that played it had died before it said that the pod is ready. */
  async function die({ committed }: { readonly committed: boolean }): Promise<void> {
    const { records } = machine.drivers.store;
    const podId = (await records.pods())[0]?.id ?? '';
    await records.updatePod(podId, (record) => ({ ...record, phase: 'creating' }));
    const lines = [
      { format: 1, verb: 'play' },
      { type: 'pod', podId },
      ...(committed ? [{ type: 'commit', podIds: [podId], start: true }] : []),
    ];
    const journals = join(folder, 'state', 'journals');
    mkdirSync(journals, { recursive: true });
    writeFileSync(join(journals, '0'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  it('finds none of a pod that is well', async () => {
    deepEqual(await findLeftovers(machine.drivers), []);
  });

  it('removes a pod that was being made', async () => {
    await die({ committed: false });
    await removeLeftovers(machine.drivers, await findLeftovers(machine.drivers));
    deepEqual(await machine.drivers.store.records.pods(), []);
    deepEqual([...machine.standing], []);
  });

  it('keeps a pod that had been made when its command died', async () => {
    await die({ committed: true });
    const standing = [...machine.standing];
    await removeLeftovers(machine.drivers, await findLeftovers(machine.drivers));
    equal((await machine.drivers.store.records.pods())[0]?.phase, 'ready');
    deepEqual([...machine.standing], standing);
    deepEqual(await findLeftovers(machine.drivers), []);
  });
});
