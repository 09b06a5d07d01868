import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../contracts/runtime.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { renderItem } from '../render/format.ts';
import { type InfoSources, infoView, lowerKeys } from '../render/info.ts';
import { renderJson } from '../render/json.ts';
import { renderYaml } from '../render/yaml.ts';
import { BaseCommand, flags } from './base-command.ts';

export default class Info extends BaseCommand {
  static override summary = 'Show what pod found on this host, and where it keeps its state';
  static override aliases = ['system info'];
  static override examples = ["pod info --format '{{.Host.OCIRuntime.Name}}'"];
  static override flags = flags({
    format: { type: 'option', char: 'f', helpValue: 'FORMAT', summary: 'Print as json or by a Go template' },
  });

  async run(): Promise<void> {
    const { flags } = this.line(Info);
    const { config, observers, images, ...engine } = await this.engine();
    const [facts, runtime, pods, list] = await Promise.all([
      engine.facts(),
      runtimeOrReason(observers.runtime),
      engine.observe(),
      images.list(),
    ]);
    const { version } = JSON.parse(readFileSync(join(this.config.options.root, 'package.json'), 'utf8'));
    const view = infoView({
      config,
      facts,
      runtime,
      conmon: config.runtime.conmonPaths.find((path) => existsSync(path)) ?? '',
      pods,
      images: list.length,
      rootless: process.geteuid?.() !== 0,
      version,
      nodeVersion: process.version,
    });
    const { format } = flags;
    if (format === undefined) this.print(renderYaml(lowerKeys(view) as Record<string, unknown>));
    else if (format.trim() === 'json') this.print(renderJson(lowerKeys(view)));
    else this.print(renderItem(format, view));
  }
}

/** A host without a runtime is something to show, not a failure. */
async function runtimeOrReason(runtime: Runtime): Promise<InfoSources['runtime']> {
  try {
    return await runtime.identity();
  } catch (error) {
    if (error instanceof RuntimeError) return { note: error.message };
    throw error;
  }
}
