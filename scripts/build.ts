import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Plugin } from '@oclif/core';
import type { Command } from '@oclif/core/command';
import { build } from 'esbuild';
import { bundleOptions, root } from './bundle.ts';

const dist = join(root, 'dist');

run('sh', 'native/build.sh');
if (stamp() === readStamp() && existsSync(join(root, 'src/schema/generated'))) {
  console.log('build: dist is up to date');
} else {
  run(process.execPath, 'scripts/schema.ts');
  await bundle();
}

/** Builds beside the old dist, which is replaced only by one that is whole. */
async function bundle(): Promise<void> {
  const started = performance.now();
  const fresh = `${dist}.${process.pid}`;
  const wanted = stamp();
  try {
    await build(bundleOptions(fresh));
    await describeCommands(fresh);
    writeFileSync(join(fresh, 'stamp'), wanted);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  fillCompileCache();
  console.log(`build: dist is new, in ${Math.round(performance.now() - started)} ms`);
}

/** Writes what oclif discovers, and the table of names that start-up looks into. */
async function describeCommands(folder: string): Promise<void> {
  const { name, version, description, oclif } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeJson(join(folder, 'package.json'), { name, version, description, type: 'module', oclif });
  const plugin = new Plugin({
    root: folder,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    isRoot: true,
  });
  await plugin.load();
  writeJson(join(folder, 'oclif.manifest.json'), plugin.manifest);
  writeJson(join(folder, 'commands.json'), commandTable(plugin.commands));
}

function commandTable(commands: readonly Command.Loadable[]): Record<string, string> {
  const table: Record<string, string> = {};
  for (const { id, aliases, hiddenAliases } of commands) {
    for (const written of [id, ...aliases, ...hiddenAliases]) {
      const name = written.replaceAll(':', ' ');
      if (table[name] !== undefined)
        throw new Error(`two commands are called ${name}: ${id} and ${table[name]}`);
      table[name] = id;
    }
  }
  return table;
}

/** One process that loads every module: Node then writes its bytecode. Only a cache in our own folder is ever read. */
function fillCompileCache(): void {
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js') && name !== 'main.js')
    .map((name) => pathToFileURL(join(dist, name)).href);
  const script = [
    `process.getBuiltinModule('node:module').enableCompileCache(${JSON.stringify(join(dist, 'cache'))});`,
    ...modules.map((url) => `await import(${JSON.stringify(url)});`),
  ].join('\n');
  run(process.execPath, '--input-type=module', '--eval', script);
}

/** Changes with every file that the bundle is made from, and with the Node that fills the cache. */
function stamp(): string {
  const hash = createHash('sha256').update(process.version);
  for (const folder of ['src', 'schemas', 'scripts']) {
    if (!existsSync(join(root, folder))) continue;
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!name.startsWith('schema/generated')) note(join(folder, name));
    }
  }
  for (const name of ['package.json', 'package-lock.json']) note(name);
  return hash.digest('hex');

  function note(name: string): void {
    const { mtimeMs, size, mode } = statSync(join(root, name));
    hash.update(`${name}\0${mtimeMs}\0${size}\0${mode}\n`);
  }
}

function readStamp(): string | undefined {
  const file = join(dist, 'stamp');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function run(program: string, ...args: string[]): void {
  execFileSync(program, args, { cwd: root, stdio: 'inherit' });
}

function writeJson(path: string, value: unknown): void {
  writeFileSync(path, JSON.stringify(value));
}
