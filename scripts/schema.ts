/** Compiles schemas/kube/*.json to src/schema/generated: validators without eval, and the schemas as a module. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';

const source = join(import.meta.dirname, '../schemas/kube');
const target = join(import.meta.dirname, '../src/schema/generated');

const schemas = readdirSync(source)
  .filter((name) => name.endsWith('.json'))
  .toSorted()
  .map((name) => JSON.parse(readFileSync(join(source, name), 'utf8')) as { $id: string });

const kinds = schemas.map(({ $id }) => $id.replace('.json', '')).filter((name) => name !== 'definitions');

const ajv = new Ajv2020({
  schemas,
  allErrors: true,
  strict: true,
  allowUnionTypes: true,
  validateFormats: false,
  messages: false,
  verbose: false,
  code: { source: true, esm: true, lines: false, optimize: 1 },
});
const names = Object.fromEntries(kinds.map((kind) => [kind, `${kind}.json`]));
const code = standalone.default(ajv, names);

mkdirSync(target, { recursive: true });
await build({
  stdin: { contents: code, resolveDir: join(import.meta.dirname, '..'), loader: 'js' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  minifySyntax: true,
  minifyWhitespace: true,
  outfile: join(target, 'validators.js'),
  logLevel: 'warning',
});
writeFileSync(
  join(target, 'validators.d.ts'),
  `export interface Failure {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export interface Validator {
  (value: unknown): boolean;
  errors?: readonly Failure[] | null;
}
${kinds.map((kind) => `export declare const ${kind}: Validator;`).join('\n')}
`,
);
const modules = Object.fromEntries(schemas.map((schema) => [schema.$id.replace('.json', ''), schema]));
writeFileSync(join(target, 'schemas.js'), `export default ${JSON.stringify(modules)};\n`);
writeFileSync(
  join(target, 'schemas.d.ts'),
  'declare const schemas: Readonly<Record<string, object>>;\nexport default schemas;\n',
);
