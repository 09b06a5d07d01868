import type { ObservedPod } from '../contracts/observed.ts';
import { selectContainers } from '../pods/select.ts';
import { findTarget } from '../pods/target.ts';
import { BaseCommand, flags } from './base-command.ts';
import { logFlags, writeLogs } from './write-logs.ts';

export default class Logs extends BaseCommand {
  static override summary = 'Show what containers have written';
  static override aliases = ['container:logs'];
  static override description =
    'NAME is a container, or a pod: then all of its containers, or the one that -c names.';
  static override operands = { usage: 'NAME...', min: 1 };
  static override flags = flags({
    ...logFlags,
    container: { type: 'option', char: 'c', helpValue: 'NAME', summary: 'Container of the pod' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Logs);
    const engine = await this.engine();
    const pods = await engine.observe();
    const containers =
      flags.container === undefined
        ? selectContainers(pods, { names: args, namespace: flags.namespace })
        : args.map((name) => named(pods, name, flags));
    await writeLogs(engine.observers, containers, { ...flags, signal: this.signal });
  }
}

interface Place {
  readonly container: string | undefined;
  readonly namespace: string | undefined;
}

function named(pods: readonly ObservedPod[], name: string, place: Place) {
  return findTarget(pods, { name, ...place }).container;
}
