import { writeFileSync } from 'node:fs';
import { HostError } from '../../errors/host-error.ts';
import { writeYaml } from '../../kube/write.ts';
import { generate } from '../../play/generate.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class KubeGenerate extends BaseCommand {
  static override summary = 'Write pods, deployments and volumes as Kubernetes YAML';
  static override aliases = ['generate:kube'];
  static override operands = { usage: 'NAME...', min: 1 };
  static override examples = ['pod generate kube web', 'pod generate kube web db -f app.yaml'];
  static override flags = flags({
    filename: {
      type: 'option',
      char: 'f',
      helpValue: 'FILE',
      summary: 'Write to this file, which must not exist yet',
    },
    namespace: { type: 'option', char: 'n', helpValue: 'NAME', summary: 'Namespace of the names' },
  });

  async run(): Promise<void> {
    const { args, flags } = this.line(KubeGenerate);
    const engine = await this.engine();
    await engine.observe();
    const { objects, notes } = await generate(engine.observers, args, flags.namespace);
    const text = `${notes.map((note) => `# ${note}\n`).join('')}${writeYaml(objects)}`;
    if (flags.filename === undefined || flags.filename === '-') this.print(text);
    else write(flags.filename, text);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new HostError({
      code: 'FILE_UNREADABLE',
      message: exists ? `cannot write to "${path}"; file exists` : `${path} cannot be written`,
      ...(exists ? { hint: 'name another file, or remove this one first' } : {}),
      cause,
    });
  }
}
