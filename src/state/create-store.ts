import { join } from 'node:path';
import type { Processes } from '../contracts/processes.ts';
import type { ContainerRecord, PodRecord } from '../contracts/records.ts';
import type { Store } from '../contracts/store.ts';
import { createBallast } from './ballast.ts';
import { createEvents } from './events.ts';
import { createJournals } from './journals.ts';
import { createNames } from './names.ts';
import { createObjects } from './objects.ts';
import { createRecordFolders } from './record-folders.ts';
import { anyRuns, createRecords } from './records.ts';
import { createRoot } from './root-record.ts';
import { createStateLocks } from './state-locks.ts';

export interface StoreOptions {
  /** Lasting state, such as `/var/lib/pod`. Made when first needed. */
  readonly folder: string;
  /** Run-time state, such as `/run/pod`. Remembered, so that no other is used while containers run. */
  readonly runFolder: string;
  readonly processes: Pick<Processes, 'alive'>;
  readonly now?: () => Date;
}

/** Everything that pod keeps about itself. Throws StateError ROOT_IN_USE, RECORD_NEWER, RECORD_CORRUPT. */
export function createStore({ folder, runFolder, processes, now = () => new Date() }: StoreOptions): Store {
  const locks = createStateLocks(join(folder, 'locks'));
  const staged = join(folder, 'staged');
  const pods = createRecordFolders<PodRecord>({ root: join(folder, 'pods'), file: 'pod.json', staged });
  const containers = createRecordFolders<ContainerRecord>({
    root: join(folder, 'containers'),
    file: 'container.json',
    staged,
  });
  const root = createRoot({ folder, runFolder, running: () => anyRuns(containers.all(), processes) });
  root.check();
  const ballast = createBallast(join(folder, 'ballast'));
  return {
    objects: createObjects({ folder, locks, now, ballast }),
    events: createEvents({ folder, locks, now }),
    records: createRecords({
      pods,
      containers,
      podNames: createNames(join(folder, 'names', 'pods')),
      containerNames: createNames(join(folder, 'names', 'containers')),
      root,
      ballast,
      locks,
    }),
    journals: createJournals({ folder: join(folder, 'journals'), locks, now }),
  };
}
