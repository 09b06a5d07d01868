import type { PullPolicy } from '../contracts/images.ts';
import { UsageError } from '../errors/usage-error.ts';
import { BaseCommand, flags } from './base-command.ts';

const policies: Readonly<Record<string, PullPolicy>> = {
  always: 'Always',
  missing: 'IfNotPresent',
  ifnotpresent: 'IfNotPresent',
  newer: 'Always',
  never: 'Never',
};

export default class Pull extends BaseCommand {
  static override summary = 'Pull images from a registry';
  static override aliases = ['image pull'];
  static override operands = { usage: 'IMAGE [IMAGE...]', min: 1 };
  static override examples = ['pod pull docker.io/library/busybox:1.36'];
  static override flags = flags({
    policy: {
      type: 'option',
      helpValue: 'POLICY',
      default: 'always',
      read: policy,
      summary: 'always, missing or never',
    },
    quiet: { type: 'boolean', char: 'q', summary: 'Print only ids' },
    'tls-verify': { type: 'boolean', default: true, summary: 'Ask for HTTPS and a valid certificate' },
  });

  async run(): Promise<void> {
    const { flags, args, given } = this.line(Pull);
    const { images } = await this.engine();
    for (const name of args) {
      const { image, warning } = await images.pull(name, {
        policy: flags.policy,
        signal: this.signal,
        ...(!flags.quiet && { onProgress: (line: string) => process.stderr.write(`${line}\n`) }),
        ...(given.has('tls-verify') && { tlsVerify: flags['tls-verify'] }),
      });
      if (warning !== undefined) this.warn(warning);
      this.print(image.id);
    }
  }
}

function policy(text: string): PullPolicy {
  const found = Object.hasOwn(policies, text.toLowerCase()) ? policies[text.toLowerCase()] : undefined;
  if (found !== undefined) return found;
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} is not a pull policy`,
    hint: 'policies are always, missing and never',
  });
}
