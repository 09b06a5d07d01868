import { UsageError } from '../errors/usage-error.ts';
import { selectPods } from '../pods/select.ts';
import { findTarget } from '../pods/target.ts';
import { BaseCommand, flags } from './base-command.ts';

export default class Port extends BaseCommand {
  static override summary = 'List the ports that a pod publishes';
  static override aliases = ['container:port'];
  static override operands = { usage: 'NAME [PORT[/PROTOCOL]]', min: 0, max: 2 };
  static override flags = flags({
    all: { type: 'boolean', char: 'a', summary: 'Of all pods' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Port);
    const [name, port] = args;
    const engine = await this.engine();
    const pods = await engine.observe();
    const chosen = flags.all
      ? selectPods(pods, { names: [], all: true })
      : [findTarget(pods, { name: required(name), namespace: flags.namespace }).pod];
    const lines = chosen.flatMap(({ record }) =>
      record.publish
        .filter(
          ({ containerPort, protocol }) =>
            port === undefined || `${containerPort}/${protocol}` === withProtocol(port),
        )
        .map(({ hostIP, hostPort, containerPort, protocol }) => {
          const owner = flags.all ? `${record.id.slice(0, 12)}\t` : '';
          const host = `${hostIP.includes(':') ? `[${hostIP}]` : hostIP}:${hostPort}`;
          return port === undefined ? `${owner}${containerPort}/${protocol} -> ${host}\n` : `${host}\n`;
        }),
    );
    this.print(lines.join(''));
  }
}

function required(name: string | undefined): string {
  if (name !== undefined) return name;
  throw new UsageError({ code: 'MISSING_ARGUMENT', message: 'name a container or pod, or use --all' });
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}
