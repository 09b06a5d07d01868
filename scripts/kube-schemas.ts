/**
 * Writes schemas/kube/*.json from the type tables of @kubernetes/client-node: run it by hand after an update
 * of that package, and read the difference. `npm run build:schema` compiles what it wrote.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as client from '@kubernetes/client-node';

type Schema = { [key: string]: unknown };
interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

/** The kinds that are checked field by field, with the field besides metadata that they cannot do without. */
const kinds: Record<string, { apiVersion: string; required: string[] }> = {
  Pod: { apiVersion: 'v1', required: ['spec'] },
  ConfigMap: { apiVersion: 'v1', required: [] },
  Secret: { apiVersion: 'v1', required: [] },
  PersistentVolumeClaim: { apiVersion: 'v1', required: ['spec'] },
  Service: { apiVersion: 'v1', required: ['spec'] },
  ServiceAccount: { apiVersion: 'v1', required: [] },
  Namespace: { apiVersion: 'v1', required: [] },
  Deployment: { apiVersion: 'apps/v1', required: ['spec'] },
  ReplicaSet: { apiVersion: 'apps/v1', required: ['spec'] },
  StatefulSet: { apiVersion: 'apps/v1', required: ['spec'] },
  DaemonSet: { apiVersion: 'apps/v1', required: ['spec'] },
  Job: { apiVersion: 'batch/v1', required: ['spec'] },
  CronJob: { apiVersion: 'batch/v1', required: ['spec'] },
  Ingress: { apiVersion: 'networking.k8s.io/v1', required: ['spec'] },
};

/** Fields whose values are quantities; the type tables call them strings. */
const quantities = new Set([
  'V1ResourceRequirements.limits',
  'V1ResourceRequirements.requests',
  'V1VolumeResourceRequirements.limits',
  'V1VolumeResourceRequirements.requests',
  'V1EmptyDirVolumeSource.sizeLimit',
  'V1ResourceFieldSelector.divisor',
  'V1PodSpec.overhead',
]);

const models = dirname(fileURLToPath(import.meta.resolve('@kubernetes/client-node')));
const target = join(import.meta.dirname, '../schemas/kube');
const definitions: Record<string, Schema> = {};

function attributes(type: string): readonly Attribute[] {
  const model = (client as unknown as Record<string, { getAttributeTypeMap?: () => Attribute[] }>)[type];
  if (model?.getAttributeTypeMap === undefined) throw new Error(`no model ${type}`);
  return model.getAttributeTypeMap();
}

/** Names of the properties that the model's declaration does not mark as optional. */
function requiredOf(type: string): string[] {
  const text = readFileSync(join(models, `gen/models/${type}.d.ts`), 'utf8');
  const names = [...text.matchAll(/^ {4}'(\w+)': /gm)].map((match) => match[1]);
  return attributes(type)
    .filter(({ name }) => names.includes(name))
    .map(({ baseName }) => baseName);
}

function schemaOf(type: string, format: string, quantity: boolean): Schema {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return { type: 'array', items: schemaOf(list, format, quantity) };
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (map !== undefined) return { type: 'object', additionalProperties: schemaOf(map, format, quantity) };
  switch (type) {
    case 'string':
      return { type: 'string', ...(quantity ? { format: 'quantity' } : format === '' ? {} : { format }) };
    case 'Date':
    case 'V1MicroTime':
      return { type: 'string', format: 'date-time' };
    case 'boolean':
      return { type: 'boolean' };
    case 'number':
      return numberSchema(format);
    case 'IntOrString':
      return { type: ['integer', 'string'], format: 'int-or-string' };
    case 'any':
    case 'object':
      return {};
    default:
      return reference(type);
  }
}

function numberSchema(format: string): Schema {
  if (format === 'double') return { type: 'number' };
  const size = format === 'int32' ? 2 ** 31 - 1 : Number.MAX_SAFE_INTEGER;
  return { type: 'integer', format, minimum: format === 'int32' ? -size - 1 : -size, maximum: size };
}

function reference(type: string): Schema {
  const name = type.replace(/^V1/, '');
  if (definitions[name] === undefined) {
    definitions[name] = {};
    definitions[name] = objectSchema(type);
  }
  return { $ref: `definitions.json#/$defs/${name}` };
}

function objectSchema(type: string): Schema {
  const required = requiredOf(type);
  const properties = attributes(type).map(({ baseName, type: inner, format }): [string, Schema] => [
    baseName,
    schemaOf(inner, format, quantities.has(`${type}.${baseName}`)),
  ]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}

function kindSchema(kind: string): Schema {
  const { apiVersion, required } = kinds[kind] ?? { apiVersion: 'v1', required: [] };
  const schema = objectSchema(`V1${kind}`);
  const properties = schema['properties'] as Record<string, Schema>;
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${kind}.json`,
    title: `${apiVersion} ${kind}`,
    ...schema,
    properties: {
      ...properties,
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      // What a manifest says about status is ignored, as by the API server.
      ...(properties['status'] === undefined ? {} : { status: { type: 'object' } }),
    },
    required: ['apiVersion', 'kind', 'metadata', ...required],
  };
}

const list: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'List.json',
  title: 'v1 List',
  type: 'object',
  properties: {
    apiVersion: { const: 'v1' },
    kind: { const: 'List' },
    metadata: { type: 'object' },
    items: { type: 'array', items: { type: 'object' } },
  },
  required: ['apiVersion', 'kind', 'items'],
  additionalProperties: false,
};

mkdirSync(target, { recursive: true });
const schemas = Object.keys(kinds).map(kindSchema);
const sorted = Object.fromEntries(Object.entries(definitions).toSorted(([a], [b]) => (a < b ? -1 : 1)));
for (const schema of [...schemas, list, { $id: 'definitions.json', $defs: sorted }]) {
  writeFileSync(join(target, schema['$id'] as string), `${JSON.stringify(schema, null, 1)}\n`);
}
