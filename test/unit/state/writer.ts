import { StateError } from '../../../src/errors/state-error.ts';
import { createStore } from '../../../src/state/create-store.ts';
import { containerRecord, id, podRecord } from './sample.ts';

/** A process of its own for the tests beside it: `node writer.ts FOLDER VERB`. */
const [folder = '', verb = ''] = process.argv.slice(2);
const { objects, records, journals } = createStore({
  folder,
  runFolder: `${folder}/run`,
  processes: { alive: () => false },
});
const key = { group: '', kind: 'Thing', namespace: 'default', name: 'a' };
const thing = (n: string) => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'default' },
  data: { n },
});

async function increment(): Promise<void> {
  const current = (await objects.get(key)) as ReturnType<typeof thing> | undefined;
  if (current === undefined) throw new Error('there is nothing to increment');
  try {
    await objects.update({ ...current, data: { n: String(Number(current.data.n) + 1) } });
  } catch (error) {
    if (!(error instanceof StateError) || error.code !== 'CONFLICT') throw error;
    await increment();
  }
}

function untilKilled(): Promise<never> {
  process.stdout.write('ready\n');
  return new Promise(() => setInterval(() => {}, 1000));
}

const verbs: Record<string, () => Promise<unknown>> = {
  create: () => objects.create(thing('1')),
  update: () => objects.update(thing('2')),
  remove: () => objects.remove(key),
  async increment() {
    for (let round = 0; round < 15; round += 1) await increment();
  },
  createPod: () => records.createPod(podRecord('a', 'web')),
  createContainer: () => records.writeContainer(containerRecord('b', { pod: 'a', name: 'web-main' })),
  removePod: () => records.removePod(id('a')),
  want: () => records.want(id('a'), 'stopped'),
  async want20() {
    for (let round = 0; round < 20; round += 1) await records.want(id('a'), 'stopped');
  },
  async churn() {
    process.stdout.write('ready\n');
    for (let round = 0; ; round += 1) {
      const name = `t${round % 5}`;
      const churned = { ...thing(String(round)), metadata: { name, namespace: 'default' } };
      if ((await objects.get({ ...key, name })) === undefined) await objects.create(churned);
      else if (round % 3 === 2) await objects.remove({ ...key, name });
      else await objects.update(churned);
    }
  },
  async lease() {
    await records.lease(id('a'));
    await untilKilled();
  },
  async journal() {
    const journal = await journals.open('play');
    await journal.add({ type: 'object', key, uid: 'u' });
    await journal.add({ type: 'pod', podId: id('a') });
    await untilKilled();
  },
};

await verbs[verb]?.();
