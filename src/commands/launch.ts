import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config } from '@oclif/core/config';
import { exitCode } from '../errors/exit-code.ts';
import { renderError } from '../render/errors.ts';
import { styleFor } from '../render/style.ts';
import type { BaseCommand } from './base-command.ts';
import { globalFlags } from './global-flags.ts';
import { onOutputError } from './interruption.ts';
import { type CommandTable, type Request, resolve } from './resolve.ts';

/**
 * Runs the command that `argv` names, from the built package in `root`, and sets the exit code. Only help asks oclif
 * to read its manifest: a command's class and an empty Config are all that running it takes.
 */
export async function launch(argv: readonly string[], root: string): Promise<void> {
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', onOutputError);
  try {
    const table: CommandTable = JSON.parse(readFileSync(join(root, 'commands.json'), 'utf8'));
    await carryOut(resolve(argv, table, globalFlags), { table, root });
  } catch (error) {
    process.exitCode = exitCode(error);
    process.stderr.write(
      renderError(error, { style: styleFor(process.stderr, process.env), verbose: false }),
    );
  }
}

async function carryOut(
  request: Request,
  { table, root }: { readonly table: CommandTable; readonly root: string },
): Promise<void> {
  switch (request.type) {
    case 'version': {
      const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
      process.stdout.write(`${name} version ${version}\n`);
      return;
    }
    case 'help': {
      const { groupHelp } = await import('./group-help.ts');
      process.stdout.write(
        groupHelp({
          words: request.words,
          table,
          config: await Config.load({ root, userPlugins: false, devPlugins: false }),
        }),
      );
      return;
    }
    case 'command': {
      const command = await load(request.id, root);
      await command.run([...request.argv], new Config({ root }));
    }
  }
}

type Runnable = Pick<typeof BaseCommand, 'id'> & {
  run(argv: string[], config: Config): Promise<unknown>;
};

async function load(id: string, root: string): Promise<Runnable> {
  const module: { default: Runnable } = await import(join(root, 'commands', `${id.replaceAll(':', '/')}.js`));
  module.default.id = id;
  return module.default;
}
