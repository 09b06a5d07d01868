import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundleOptions, commandFiles } from '../scripts/bundle.ts';
import {
  chainTo,
  cycle,
  filesBelow,
  functionsOf,
  type Import,
  readSources,
  type SourceFile,
  sourceFile,
} from './source-graph.ts';

/** A file imports from its own folder and from strictly lower floors. */
const floors: Readonly<Record<string, number>> = {
  errors: 0,
  values: 0,
  schema: 0,
  oci: 1,
  kube: 1,
  config: 1,
  contracts: 1,
  plan: 2,
  render: 2,
  host: 2,
  registry: 3,
  images: 3,
  storage: 3,
  runtime: 3,
  network: 3,
  volumes: 3,
  state: 3,
  logs: 3,
  probes: 3,
  pods: 4,
  reconcile: 5,
  play: 6,
  'engine.ts': 7,
  api: 8,
  commands: 9,
  'main.ts': 10,
};

/** The only edges between siblings. */
const sideways: readonly { from: string; to: string; typesOnly: boolean }[] = [
  { from: 'contracts', to: 'kube', typesOnly: true },
  { from: 'contracts', to: 'oci', typesOnly: true },
  { from: 'schema', to: 'errors', typesOnly: false },
  { from: 'values', to: 'errors', typesOnly: false },
];

/** Who may import an outside module. */
const doors: readonly { module: RegExp; through: RegExp; typesOnly?: boolean }[] = [
  { module: /^(node:)?child_process$/, through: /^src\/host\/exec\.ts$/ },
  { module: /^execa$/, through: /^src\/host\/exec\.ts$/ },
  { module: /\.node$/, through: /^src\/host\/native\.ts$/ },
  { module: /^yaml(\/|$)/, through: /^src\/kube\// },
  { module: /^ajv(\/|$)/, through: /^src\/schema\// },
  { module: /^tar-stream$/, through: /^src\/images\/archive\.ts$/ },
  { module: /^chokidar$/, through: /^src\/reconcile\/watch\.ts$/ },
  { module: /^@oclif\/core(\/|$)/, through: /^src\/(commands\/|main\.ts$)/ },
  { module: /^@kubernetes\/client-node(\/|$)/, through: /^src\/kube\//, typesOnly: true },
];

const bannedNames = /^(utils?|helpers?|common|misc|shared|lib)$/;

function part(path: string): string {
  return path.split('/')[1] ?? '';
}

function floorFault(file: SourceFile, edge: Import): string | undefined {
  if (edge.target === undefined) return undefined;
  if (!edge.target.startsWith('src/')) return 'leaves src/';
  const [from, to] = [part(file.path), part(edge.target)];
  const [upper, lower] = [floors[from], floors[to]];
  if (from === to || /(^|\/)generated\//.test(edge.target)) return undefined;
  if (upper === undefined || lower === undefined) return `${upper === undefined ? from : to} has no floor`;
  if (lower < upper) return undefined;
  if (sideways.some((allowed) => allowed.from === from && allowed.to === to)) {
    const allowed = sideways.find((candidate) => candidate.from === from && candidate.to === to);
    return allowed?.typesOnly && !edge.typeOnly ? `${from} may import only types from ${to}` : undefined;
  }
  return `${from} [${upper}] may not import ${to} [${lower}]`;
}

function doorFault(file: SourceFile, edge: Import): string | undefined {
  const door = doors.find(({ module }) => module.test(edge.specifier));
  if (door === undefined) return undefined;
  if (!door.through.test(file.path)) return `${edge.specifier} enters only through ${door.through.source}`;
  return door.typesOnly && !edge.typeOnly ? `${edge.specifier} gives types only` : undefined;
}

describe('architecture', () => {
  const graph = readSources('src');

  const faults = (check: (file: SourceFile, edge: Import) => string | undefined) =>
    [...graph.values()].flatMap((file) =>
      file.imports.flatMap((edge) => {
        const fault = check(file, edge);
        const chain = [...chainTo(graph, file.path), edge.target ?? edge.specifier].join(' -> ');
        return fault === undefined ? [] : [`${file.path}:${edge.line}: ${fault}\n  ${chain}`];
      }),
    );

  it('finds imports of every form', () => {
    const text = [
      "import './a.ts';",
      "import type { B } from './b.ts';",
      "import {\n  c,\n  type D,\n} from '../c.ts';",
      "export * from './e.ts';",
      "export type { F } from './f.ts';",
      "  const g = await import('./g.ts');",
      "  const h: typeof import('node:fs') = require('./h.node');",
    ].join('\n');
    const found = sourceFile('src/x/y.ts', text).imports;
    assert.deepEqual(
      found.map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier)),
      ['./a.ts', 'type ./b.ts', '../c.ts', './e.ts', 'type ./f.ts', './g.ts', 'type node:fs', './h.node'],
    );
    assert.deepEqual(
      found.slice(0, 3).map(({ target }) => target),
      ['src/x/a.ts', 'src/x/b.ts', 'src/c.ts'],
    );
  });

  it('has a floor for every part', () => {
    const unknown = [...graph.keys()].map(part).filter((name) => floors[name] === undefined);
    assert.deepEqual([...new Set(unknown)], []);
  });

  it('imports only from lower floors', () => {
    assert.equal(faults(floorFault).join('\n'), '');
  });

  it('lets outside modules in through their doors only', () => {
    assert.equal(faults(doorFault).join('\n'), '');
  });

  it('declares every package that it imports', () => {
    const declared = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));
    const undeclared = faults((_file, { specifier, target, typeOnly }) => {
      if (target !== undefined || specifier.startsWith('node:') || specifier.endsWith('.node'))
        return undefined;
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (declared.dependencies[name] || (typeOnly && declared.devDependencies[name])) return undefined;
      return `${name} is not among the dependencies`;
    });
    assert.equal(undeclared.join('\n'), '');
  });

  it('has no cycles, types included', () => {
    assert.equal(cycle(graph)?.join(' -> '), undefined);
  });

  it('has no file or folder whose name says nothing', () => {
    const banned = ['src', 'test', 'scripts', 'native', 'bench', 'docs']
      .flatMap((folder) => tolerateAbsent(() => filesBelow(folder)))
      .filter((path) => path.split('/').some((name) => bannedNames.test(name.replace(/\..*$/, ''))));
    assert.deepEqual(banned, []);
  });

  after(() => {
    const files = [...graph.values()].map(({ path, text }) => ({ path, length: text.split('\n').length }));
    const functions = [...graph.values()].flatMap(functionsOf);
    console.log(`\n  Longest files\n${longest(files, ({ path }) => path)}`);
    console.log(
      `  Longest functions\n${longest(functions, ({ path, line, name }) => `${path}:${line} ${name}`)}`,
    );
  });
});

describe('the bundle', () => {
  let outputs: Metafile['outputs'];

  before(async () => {
    const { metafile } = await build({ ...bundleOptions('dist'), write: false, metafile: true });
    outputs = metafile?.outputs ?? {};
  });

  /** Source files that are read when an output is loaded, those of its static imports among them. */
  function loadedBy(output: string, seen = new Set<string>()): string[] {
    if (seen.has(output)) return [];
    seen.add(output);
    const { inputs = {}, imports = [] } = outputs[output] ?? {};
    const further = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
    return [...Object.keys(inputs), ...further.flatMap(({ path }) => loadedBy(path, seen))];
  }

  /** What runs before the command's own file: main, and what main loads by itself. */
  function startUp(): string[] {
    const lazily = outputs['dist/main.js']?.imports.filter(({ kind }) => kind === 'dynamic-import') ?? [];
    return ['dist/main.js', ...lazily.map(({ path }) => path)].flatMap((output) => loadedBy(output));
  }

  it('has one entry per command', () => {
    const missing = commandFiles().filter(
      (name) => outputs[`dist/${name.replace(/ts$/, 'js')}`] === undefined,
    );
    assert.deepEqual(missing, []);
  });

  it('loads no command before it is called, and never two', () => {
    const commands = new Set(commandFiles().map((name) => `src/${name}`));
    assert.deepEqual(
      startUp().filter((input) => commands.has(input)),
      [],
    );
    for (const command of commands) {
      const output = command.replace(/^src\/(.*)ts$/, 'dist/$1js');
      assert.deepEqual(
        loadedBy(output).filter((input) => commands.has(input)),
        [command],
      );
    }
  });

  it('starts without the heavy packages', () => {
    const heavy = /node_modules\/(@kubernetes\/client-node|ajv\/dist\/(?!runtime\/)|execa|chokidar)\//;
    const loaded = [
      ...startUp(),
      ...commandFiles().flatMap((name) => loadedBy(`dist/${name.replace(/ts$/, 'js')}`)),
    ];
    assert.deepEqual(
      [...new Set(loaded)].filter((input) => heavy.test(input)),
      [],
    );
  });

  it('lists pods without the parser of manifests', () => {
    const listing = ['ps', 'pod/ps', 'version'].flatMap((name) => loadedBy(`dist/commands/${name}.js`));
    const parsers = /node_modules\/(yaml|ajv|tar-stream)\/|src\/schema\//;
    assert.deepEqual(
      [...new Set(listing)].filter((input) => parsers.test(input)),
      [],
    );
  });
});

function longest<T extends { readonly length: number }>(
  items: readonly T[],
  name: (item: T) => string,
): string {
  return [...items]
    .sort((a, b) => b.length - a.length)
    .slice(0, 10)
    .map((item) => `${String(item.length).padStart(8)} ${name(item)}`)
    .join('\n');
}

function tolerateAbsent(read: () => string[]): string[] {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
