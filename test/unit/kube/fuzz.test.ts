import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ManifestError } from '../../../src/errors/manifest-error.ts';
import { withDefaults } from '../../../src/kube/defaults.ts';
import { notActedOn } from '../../../src/kube/fields.ts';
import { missingReferences } from '../../../src/kube/references.ts';
import type { Pod } from '../../../src/kube/wire.ts';
import { writeYaml } from '../../../src/kube/write.ts';
import { fieldsAt } from '../../../src/schema/known-fields.ts';
import { pod, read } from './faults.ts';

/** Does with a manifest all that is done before anything is made. Refusals are fine, crashes are not. */
function survive(text: string): void {
  try {
    const { objects } = read(text);
    for (const { object } of objects) {
      withDefaults(object);
      if (object.kind === 'Pod') notActedOn(object as Pod);
    }
    missingReferences(objects, () => undefined);
    assert.deepEqual(
      read(writeYaml(objects.map(({ object }) => object))).objects.map(({ object }) => object),
      objects.map(({ object }) => object),
    );
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    for (const { line, column, length, source } of error.faults) {
      assert.ok(line >= 1 && column >= 1 && length >= 1 && !/[\n\r\u001b]/.test(source));
    }
  }
}

const rich = pod({
  container: `command: &c [sh, -c, "sleep 600"]
args: *c
env: [{name: A, value: "a: #b"}, {name: B, valueFrom: {secretKeyRef: {name: s, key: k}}}]
ports: [{containerPort: 80, hostPort: 0x50}]
resources: {limits: {cpu: 500m, memory: 64Mi}}
volumeMounts: [{name: v, mountPath: '/v'}]
livenessProbe: {httpGet: {port: 80, path: /}}`,
  spec: `restartPolicy: OnFailure
securityContext: {runAsUser: 1000}
volumes:
- {name: v, configMap: {name: m, items: [{key: a, path: a}], defaultMode: 0644}}
hostAliases: [{ip: 10.0.0.1, hostnames: [a.test]}]`,
  metadata: 'labels: {app: web}\nannotations:\n  note: |\n    two\n    lines',
});

const pieces = [
  '\n',
  '  ',
  '\t',
  ':',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  '&a ',
  '*c',
  '<<: *c',
  '|',
  '>-',
].concat([
  '---\n',
  '...\n',
  '%',
  '!!int ',
  '!',
  '?',
  ',',
  'null',
  'y',
  '0644',
  '\u00a0',
  '\u0001',
  '\ufeff',
  '\r',
  '\\',
  '@',
  '\u2028',
]);
const edit = fc.record({
  at: fc.nat({ max: rich.length }),
  remove: fc.nat({ max: 8 }),
  insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })),
});

const scalar = fc.constantFrom(
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 40,
  '',
  'a',
  '1Gi',
  '..',
  'web',
  [],
  {},
  [null],
  [{}],
  ['a'],
  { a: 1 },
);
/** Values for fields that the API knows, right or wrong. */
function fields(path: readonly (string | number)[], depth: number): fc.Arbitrary<unknown> {
  const names = fieldsAt('Pod', path);
  if (depth === 0 || names.length === 0) return scalar;
  const children = names.map((name) => {
    const inner = [...path, name];
    const isList = fieldsAt('Pod', [...inner, 0]).length > 0;
    const value = isList
      ? fc.array(fields([...inner, 0], depth - 1), { maxLength: 2 })
      : fields(inner, depth - 1);
    return [name, fc.oneof({ arbitrary: value, weight: 3 }, scalar)] as const;
  });
  return fc
    .subarray(children, { maxLength: Math.min(6, children.length) })
    .chain((chosen) => fc.record(Object.fromEntries(chosen)));
}

describe('reading anything', () => {
  it('survives edited manifests', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = rich;
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        survive(text);
      }),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  }).timeout(600_000);

  it('survives arbitrary text', () => {
    const text = fc.array(fc.constantFrom(...pieces, 'a', 'b', ' ')).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (more) => survive(`apiVersion: v1\nkind: Pod\n${more}`)),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  }).timeout(600_000);

  it('survives values of any type in every field', () => {
    const spec = fields(['spec'], 4);
    fc.assert(
      fc.property(spec, (value) =>
        survive(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: value })),
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) },
    );
  }).timeout(600_000);
});
