import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

export const root = join(import.meta.dirname, '..');

/** Files that hold a command, relative to src/: those below commands/ whose default export is a class. */
export function commandFiles(): string[] {
  return readdirSync(join(root, 'src/commands'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .filter((name) => /^export default class /m.test(readFileSync(join(root, 'src/commands', name), 'utf8')))
    .map((name) => `commands/${name}`)
    .sort();
}

/** How the product is bundled: one entry per command beside main, what they have in common split off. */
export function bundleOptions(outdir: string): BuildOptions {
  return {
    absWorkingDir: root,
    entryPoints: ['main.ts', ...commandFiles()].map((name) => `src/${name}`),
    outbase: 'src',
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    define: { __dirname: 'import.meta.dirname' },
    legalComments: 'none',
    plugins: [builtins, lazyRequires],
  };
}

/**
 * Importing one of Node's own modules makes Node read all of its properties, which loads streams, promises and more
 * that nobody asked for: about 10 ms of each start. Asked for this way it does not.
 */
const builtins: Plugin = {
  name: 'builtins',
  setup(build) {
    const known = new Set(builtinModules);
    build.onResolve({ filter: /^[a-z]/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      const taken = kind !== 'entry-point' && (path.startsWith('node:') || known.has(name));
      return taken ? { path: `node:${name}`, namespace: 'builtin' } : undefined;
    });
    build.onLoad({ filter: /^node:/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * oclif's modules require each other when they load, so that its Command class alone brings all of it: about 20 ms.
 * Their compiled form reads imports only as properties, so each import can wait for the first one that is read.
 */
const lazyRequires: Plugin = {
  name: 'lazy requires',
  setup(build) {
    const statement = /^const (\w+) = ((?:__importDefault\(|__importStar\()?require\("[^"]+"\)\)?);$/gm;
    build.onLoad({ filter: /node_modules\/@oclif\/core\/lib\/.*\.js$/ }, ({ path }) => ({
      contents: [
        'const __lazy = (load) => { let it; return new Proxy({}, { get: (_, key) => (it ??= load())[key] }); };',
        readFileSync(path, 'utf8').replace(statement, 'const $1 = __lazy(() => $2);'),
      ].join('\n'),
    }));
  },
};
