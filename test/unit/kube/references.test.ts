import assert from 'node:assert/strict';
import { type Lookup, missingReferences } from '../../../src/kube/references.ts';
import type { KubeObject } from '../../../src/kube/wire.ts';
import { brief, pod, read } from './faults.ts';

const nowhere: Lookup = () => undefined;
const secret = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: v}\n---\n';
const at = 'spec.containers[0]';

const cases: Record<string, { text: string; faults: string[] }> = {
  'a key that the object lacks': {
    text: secret + pod({ container: 'env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: x}}}]' }),
    faults: [`REFERENCE_MISSING 14 ${at}.env[0].valueFrom.secretKeyRef`],
  },
  'a key in stringData': {
    text: secret + pod({ container: 'env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}]' }),
    faults: [],
  },
  'optional ones': {
    text: pod({
      container:
        'env: [{name: A, valueFrom: {secretKeyRef: {name: x, key: k, optional: true}}}]\nenvFrom: [{configMapRef: {name: x, optional: true}}]',
      spec: 'volumes: [{name: v, secret: {secretName: x, optional: true}}]',
    }),
    faults: [],
  },
  'whole environments': {
    text: pod({ container: 'envFrom: [{configMapRef: {name: x}}, {secretRef: {name: z}}]' }),
    faults: [
      `REFERENCE_MISSING 9 ${at}.envFrom[0].configMapRef`,
      `REFERENCE_MISSING 9 ${at}.envFrom[1].secretRef`,
    ],
  },
  'a volume whose object is missing, once': {
    text: pod({
      spec: 'volumes: [{name: v, configMap: {name: x, items: [{key: a, path: a}, {key: b, path: b}]}}]',
    }),
    faults: ['REFERENCE_MISSING 9 spec.volumes[0].configMap'],
  },
  'projected sources': {
    text: pod({ spec: 'volumes: [{name: v, projected: {sources: [{secret: {name: x}}]}}]' }),
    faults: ['REFERENCE_MISSING 9 spec.volumes[0].projected.sources[0].secret'],
  },
  'a claim': {
    text: pod({ spec: 'volumes: [{name: v, persistentVolumeClaim: {claimName: c}}]' }),
    faults: ['REFERENCE_MISSING 9 spec.volumes[0].persistentVolumeClaim'],
  },
  'another namespace': {
    text: `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: other}\n---\n${pod({
      container: 'envFrom: [{secretRef: {name: s}}]',
    })}`,
    faults: [`REFERENCE_MISSING 13 ${at}.envFrom[0].secretRef`],
  },
  'the template of a Deployment': {
    text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: c, image: x, envFrom: [{secretRef: {name: s}}]}]}\n',
    faults: ['REFERENCE_MISSING 8 spec.template.spec.containers[0].envFrom[0].secretRef'],
  },
};

describe('kube/references', () => {
  for (const [title, { text, faults }] of Object.entries(cases)) {
    it(title, () => assert.deepEqual(missingReferences(read(text).objects, nowhere).map(brief), faults));
  }
  it('asks elsewhere with the namespace of the pod', () => {
    const text = pod({ metadata: 'namespace: ns', container: 'envFrom: [{configMapRef: {name: x}}]' });
    const found: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } };
    const exists: Lookup = (kind, namespace, name) =>
      kind === 'ConfigMap' && namespace === 'ns' && name === 'x' ? found : undefined;
    assert.deepEqual(missingReferences(read(text).objects, exists), []);
  });
});
