import type { ObservedPod } from '../../contracts/observed.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { each } from '../../pods/each.ts';
import { selectPods } from '../../pods/select.ts';
import { takeAway } from '../../pods/take-away.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { readSeconds } from '../read-seconds.ts';

export default class PodRm extends BaseCommand {
  static override summary = 'Remove pods';
  static override operands = { usage: 'POD...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Remove all pods' },
    force: {
      type: 'boolean',
      char: 'f',
      summary: 'Also those that run, and do not fail for those that do not exist',
    },
    ignore: { type: 'boolean', char: 'i', summary: 'Do not fail for pods that do not exist' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
    time: {
      type: 'option',
      char: 't',
      aliases: ['timeout'],
      helpValue: 'SECONDS',
      read: readSeconds,
      summary: 'With --force: seconds until what still runs is killed',
    },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(PodRm);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = selectPods(await engine.observe(), {
      ...flags,
      names: args,
      ignore: flags.ignore || flags.force,
      missingExit: 1,
    });
    const outcomes = await each(pods, {
      id: ({ record }) => record.id,
      act: async (pod) => {
        if (!flags.force) refuseRunning(pod);
        await takeAway(drivers, pod.record.id, { graceSeconds: flags.time, signal: this.signal });
      },
    });
    this.printOutcomes(outcomes);
  }
}

function refuseRunning({ record, containers }: ObservedPod): void {
  const running = containers.find((container) => container.running && container.record.role !== 'infra');
  if (running === undefined) return;
  throw new LifecycleError({
    code: 'POD_RUNNING',
    message: `pod ${record.name} has running containers, such as ${running.record.fullName}`,
    hint: 'stop it first, or use --force',
    exitCode: 2,
  });
}
