import type { Network } from '../contracts/network.ts';
import type { Runtime } from '../contracts/runtime.ts';
import { HostError } from '../errors/host-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import { RuntimeError } from '../errors/runtime-error.ts';
import { renderItem } from '../render/format.ts';
import { type InfoSources, infoView, lowerKeys } from '../render/info.ts';
import { renderJson } from '../render/json.ts';
import { renderYaml } from '../render/yaml.ts';
import { BaseCommand, flags } from './base-command.ts';
import { packageVersion } from './package-version.ts';

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
    const [facts, runtime, conmon, firewalls, pods, list] = await Promise.all([
      engine.facts(),
      runtimeOrReason(observers.runtime),
      monitorIfAny(observers.runtime),
      firewallsIfSeen(engine.network),
      engine.observe(),
      images.list(),
    ]);
    const view = infoView({
      config,
      facts,
      runtime,
      conmon,
      firewalls,
      pods,
      images: list.length,
      rootless: process.geteuid?.() !== 0,
      version: packageVersion(this.config.options.root),
      nodeVersion: process.version,
    });
    const { format } = flags;
    if (format === undefined) this.print(renderYaml(lowerKeys(view) as Record<string, unknown>));
    else if (format.trim() === 'json') this.print(renderJson(lowerKeys(view)));
    else this.print(renderItem(format, view));
  }
}

/** Only root may look at firewalls, and only with the tools for them. */
async function firewallsIfSeen(network: Network): Promise<InfoSources['firewalls']> {
  try {
    return await network.firewalls();
  } catch (error) {
    if (error instanceof HostError || error instanceof ProcessError) return undefined;
    throw error;
  }
}

async function monitorIfAny(runtime: Runtime): Promise<InfoSources['conmon']> {
  try {
    return await runtime.monitor();
  } catch (error) {
    if (error instanceof RuntimeError) return { path: '', version: '' };
    throw error;
  }
}

/** A host without a runtime is something to show, not a failure. */
async function runtimeOrReason(runtime: Runtime): Promise<InfoSources['runtime']> {
  try {
    if (process.geteuid?.() !== 0) return { note: 'only root can try one' };
    return await runtime.identity();
  } catch (error) {
    if (error instanceof RuntimeError) return { note: error.message };
    throw error;
  }
}
