import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One call of a plugin, as it saw it. */
export interface PluginCall {
  readonly type: string;
  readonly command: string;
  readonly container: string;
  readonly netns: string;
  readonly interface: string;
  readonly args: string;
  readonly path: string;
  readonly request: Readonly<Record<string, unknown>>;
}

/** A folder of fake CNI plugins, which note their calls and answer as told. */
export class CniPlugins implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'pod-cni-'));

  constructor(types: readonly string[]) {
    this.install(types);
  }

  /** Puts plugins there, or puts them there anew. */
  install(types: readonly string[]): void {
    const plugin = fileURLToPath(new URL('./cni-plugin', import.meta.url));
    for (const type of types) copyFileSync(plugin, join(this.folder, type));
  }

  /** Sets what a plugin answers at a command, and what it exits with. */
  answer(call: Pick<PluginCall, 'type' | 'command'>, json: unknown, status = 0): void {
    const file = join(this.folder, `${call.type}.${call.command}`);
    writeFileSync(`${file}.json`, typeof json === 'string' ? json : JSON.stringify(json));
    writeFileSync(`${file}.status`, String(status));
  }

  /** All calls so far, oldest first. */
  calls(): readonly PluginCall[] {
    const lines = readFileSync(join(this.folder, 'calls.log'), { encoding: 'utf8', flag: 'a+' }).split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as PluginCall);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}
