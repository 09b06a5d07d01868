/** A worker thread for native.test.ts: uses the binding, tells what came of it, and may stay with work under way. */
import { parentPort, workerData } from 'node:worker_threads';
import { exec } from '../../../src/host/exec.ts';
import { withLock } from '../../../src/host/lock.ts';
import { native } from '../../../src/host/native.ts';
import { Readiness } from '../../../src/host/readiness.ts';

const { lock, stays } = workerData as { lock: string; stays: boolean };
const output = await withLock({ path: lock, mode: 'exclusive', rank: 0 }, () =>
  exec.run({ argv: ['echo', 'hi'] }),
);
const failure = await native()
  .umount('/no/such/mount', 0)
  .then(
    () => 'none',
    (error: { errno: string }) => error.errno,
  );
if (stays) {
  const [reader] = native().pipe();
  void new Readiness(reader).wait(1);
  void exec.start({ argv: ['sleep', '0.2'] }).then((child) => child.ended);
  void native()
    .umount('/no/such/mount', 0)
    .catch(() => undefined);
}
parentPort?.postMessage({ output, failure });
