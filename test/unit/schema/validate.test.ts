import assert from 'node:assert/strict';
import { fieldsAt, homeOf, knownElsewhere } from '../../../src/schema/known-fields.ts';
import { schemaKinds } from '../../../src/schema/schema.ts';
import { decoded, wellTyped } from '../../../src/schema/shape.ts';
import { validateShape } from '../../../src/schema/validate.ts';

const pod = (container: object, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec: { containers: [{ name: 'c', image: 'x', ...container }], ...spec },
});
const own = ['spec', 'containers', 0];

describe('schema/validate', () => {
  it('has the kinds that play needs', () => {
    for (const kind of ['Pod', 'ConfigMap', 'Secret', 'PersistentVolumeClaim', 'Deployment', 'List']) {
      assert.ok(schemaKinds.includes(kind), kind);
    }
  });

  it('reports every fault by its path', () => {
    const value = pod({ args: [600, 'a'], tty: 'yes', zzz: 1, ports: [{}, { containerPort: 2 ** 31 }] });
    const faults = validateShape('Pod', value);
    assert.deepEqual(faults.map(({ problem, path }) => [problem, ...path].join(' ')).toSorted(), [
      `missing-field ${[...own, 'ports', 0].join(' ')}`,
      `out-of-range ${[...own, 'ports', 1, 'containerPort'].join(' ')}`,
      `unknown-field ${own.join(' ')}`,
      `wrong-type ${[...own, 'args', 0].join(' ')}`,
      `wrong-type ${[...own, 'tty'].join(' ')}`,
    ]);
  });

  it('keeps keys with slashes and tildes, and keys that look like indexes', () => {
    const value = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { '0': 1, 'a/b~c': 2 },
    };
    assert.deepEqual(
      validateShape('ConfigMap', value).map(({ path }) => path),
      [
        ['data', '0'],
        ['data', 'a/b~c'],
      ],
    );
  });

  it('says nothing about kinds without a schema', () => {
    assert.deepEqual(validateShape('Thing', { any: 1 }), []);
    assert.deepEqual(validateShape('toString', {}), []);
  });
});

describe('schema/shape', () => {
  it('decodes nulls and quantities as Kubernetes does', () => {
    const value = pod(
      {
        command: null,
        args: ['a', null],
        resources: { limits: { cpu: 0.5, memory: 2n ** 63n, 'a/b': ' 1Gi' } },
      },
      { nodeSelector: { a: null } },
    );
    const { spec } = decoded('Pod', value) as ReturnType<typeof pod>;
    assert.deepEqual(spec, {
      containers: [
        {
          name: 'c',
          image: 'x',
          args: ['a', ''],
          resources: { limits: { cpu: '0.5', memory: '9223372036854775808', 'a/b': '1Gi' } },
        },
      ],
      nodeSelector: { a: '' },
    });
  });

  it('makes everything well typed for the rules', () => {
    const value = {
      spec: { containers: [{ name: 5, args: [1, 'a'], ports: 'x', zzz: 1 }, 'no'], hostNetwork: 'y' },
    };
    assert.deepEqual(wellTyped('Pod', value), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {},
      spec: { containers: [{ name: '', args: ['', 'a'] }, { name: '' }] },
    });
  });
});

describe('schema/known-fields', () => {
  it('lists the fields of an object', () => {
    assert.ok(fieldsAt('Pod', [...own, 'securityContext']).includes('runAsUser'));
    assert.deepEqual(fieldsAt('Pod', ['metadata', 'labels']), []);
  });
  it('finds where a misplaced field belongs', () => {
    assert.deepEqual(homeOf('Pod', ['metadata'], 'restartPolicy'), ['spec']);
    assert.deepEqual(homeOf('Pod', ['spec'], 'image'), ['spec', 'containers', 0]);
    assert.deepEqual(homeOf('Pod', own, 'hostNetwork'), ['spec']);
    assert.deepEqual(homeOf('Deployment', ['spec'], 'containers'), ['spec', 'template', 'spec']);
    assert.equal(homeOf('Pod', ['spec', 'volumes', 0, 'emptyDir'], 'pool'), undefined);
    assert.equal(homeOf('Pod', ['spec'], 'zzyzx'), undefined);
  });
  it('knows fields that other kinds have there', () => {
    assert.ok(knownElsewhere(['spec'], 'replicas'));
    assert.ok(!knownElsewhere(['spec'], 'zzyzx'));
  });
});
