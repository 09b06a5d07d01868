import type { ObservedPod } from '../contracts/observed.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { each } from '../pods/each.ts';
import { selectContainers } from '../pods/select.ts';
import { takeAway } from '../pods/take-away.ts';
import { BaseCommand, flags } from './base-command.ts';
import { givenAs } from './given-as.ts';
import { readSeconds } from './read-seconds.ts';

export default class Rm extends BaseCommand {
  static override summary = 'Remove containers';
  static override aliases = ['container:rm'];
  static override description =
    'A container of a pod goes with its pod: name the pod, or all of its containers.';
  static override operands = { usage: 'NAME...', min: 0 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Remove all containers, and with them their pods' },
    force: {
      type: 'boolean',
      char: 'f',
      summary: 'Also those that run, and do not fail for those that do not exist',
    },
    ignore: { type: 'boolean', char: 'i', summary: 'Do not fail for containers that do not exist' },
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
    const { args, flags } = this.line(Rm);
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const pods = await engine.observe();
    const named = selectContainers(pods, {
      ...flags,
      names: args,
      ignore: flags.ignore || flags.force,
      missingExit: 1,
    });
    const ids = new Set(named.map(({ record }) => record.id));
    const touched = pods.filter(({ containers }) => containers.some(({ record }) => ids.has(record.id)));
    const outcomes = await each(touched, {
      id: ({ containers }) =>
        containers
          .filter(({ record }) => ids.has(record.id))
          .map(givenAs(args))
          .join('\n'),
      act: async (pod) => {
        refuse(pod, ids, flags.force);
        await takeAway(drivers, pod.record.id, { graceSeconds: flags.time, signal: this.signal });
      },
    });
    this.printOutcomes(outcomes);
  }
}

function refuse({ record, containers }: ObservedPod, ids: ReadonlySet<string>, force: boolean): void {
  const members = containers.filter((container) => container.record.role !== 'infra');
  const partial = members.some((member) => !ids.has(member.record.id));
  if (partial) {
    throw new LifecycleError({
      code: 'BELONGS_TO_POD',
      message: `pod ${record.name} has other containers, and a pod is removed as a whole`,
      hint: `\`pod pod rm ${record.name}\` removes it`,
    });
  }
  const running = members.find((member) => member.running);
  if (running !== undefined && !force) {
    throw new LifecycleError({
      code: 'CONTAINER_RUNNING',
      message: `container ${running.record.fullName} is running`,
      hint: 'stop it first, or use --force',
      exitCode: 2,
    });
  }
}
