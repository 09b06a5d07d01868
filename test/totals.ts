import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's usual report, and a line `PASSED FAILED` for scripts/test.sh, which sums them up. A skipped test has not passed. */
export default class Totals extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env['POD_TEST_TOTALS'];
      const { passes, failures, pending } = this.stats;
      if (file) appendFileSync(file, `${passes} ${failures + pending}\n`);
    });
  }
}
