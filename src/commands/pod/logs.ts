import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { findPod } from '../../pods/find.ts';
import { BaseCommand, flags } from '../base-command.ts';
import { logFlags, writeLogs } from '../write-logs.ts';

export default class PodLogs extends BaseCommand {
  static override summary = 'Show what the containers of a pod have written';
  static override operands = { usage: 'POD', min: 1, max: 1 };
  static override flags = flags({
    ...logFlags,
    container: {
      type: 'option',
      char: 'c',
      helpValue: 'NAME',
      summary: 'Only this container, by its name in the manifest or its full name',
    },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(PodLogs);
    const engine = await this.engine();
    const pods = await engine.observe();
    const record = findPod(
      pods.map((pod) => pod.record),
      args[0] ?? '',
      flags.namespace,
    );
    const members = (pods.find((pod) => pod.record.id === record.id)?.containers ?? []).filter(
      (container) => container.record.role !== 'infra',
    );
    const wanted = flags.container;
    const shown = members.filter(
      ({ record: { id, name, fullName } }) => wanted === undefined || [id, name, fullName].includes(wanted),
    );
    if (shown.length === 0) {
      throw new LifecycleError({
        code: 'CONTAINER_NOT_FOUND',
        message: `pod ${record.name} has no container named "${wanted}"`,
        hint: `it has ${members.map((member) => member.record.name).join(', ')}`,
      });
    }
    await writeLogs(engine.observers, shown, { ...flags, signal: this.signal });
  }
}
