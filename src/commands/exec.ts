import { UsageError } from '../errors/usage-error.ts';
import { exec } from '../pods/exec.ts';
import { findTarget } from '../pods/target.ts';
import { BaseCommand, flags } from './base-command.ts';

export default class Exec extends BaseCommand {
  static override summary = 'Run a command in a running container';
  static override aliases = ['container:exec'];
  static override description =
    'NAME is a container, or a pod: then its default container, or the one that -c names.';
  static override operands = { usage: 'NAME COMMAND [ARG...]', min: 2 };
  static override interspersed = false;
  static override examples = ['pod exec web ls -l', 'pod exec -it web sh'];
  static override flags = flags({
    container: { type: 'option', char: 'c', helpValue: 'NAME', summary: 'Container of the pod' },
    env: {
      type: 'option',
      char: 'e',
      helpValue: 'NAME=VALUE',
      multiple: true,
      read: readVariable,
      summary: 'Set an environment variable',
    },
    interactive: { type: 'boolean', char: 'i', summary: 'Hand standard input on' },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the name' },
    privileged: { type: 'boolean', summary: 'With all capabilities' },
    tty: { type: 'boolean', char: 't', summary: 'With a terminal' },
    user: { type: 'option', char: 'u', helpValue: 'USER[:GROUP]', summary: 'User, by name or number' },
    workdir: { type: 'option', char: 'w', helpValue: 'DIR', summary: 'Folder to run in' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(Exec);
    const [name = '', ...argv] = args;
    const engine = await this.engine();
    const drivers = await engine.drivers();
    const target = findTarget(await engine.observe(), {
      name,
      container: flags.container,
      namespace: flags.namespace,
    });
    process.exitCode = await exec(drivers, target, {
      argv,
      env: flags.env,
      user: flags.user,
      workingDir: flags.workdir,
      terminal: flags.tty,
      interactive: flags.interactive,
      privileged: flags.privileged,
    });
  }
}

/** `NAME=VALUE`, or `NAME` alone for the value that it has here. */
function readVariable(text: string): string {
  if (text.startsWith('=') || text === '') {
    throw new UsageError({
      code: 'BAD_FLAG_VALUE',
      message: `${JSON.stringify(text)} is not of the form NAME=VALUE`,
    });
  }
  return text.includes('=') ? text : `${text}=${process.env[text] ?? ''}`;
}
