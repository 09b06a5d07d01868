import assert from 'node:assert/strict';
import * as client from '@kubernetes/client-node';
import { notActedOn, podFields, type Support } from '../../../src/kube/fields.ts';
import type { Pod } from '../../../src/kube/wire.ts';
import { pod, read } from './faults.ts';

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/** The API's own list of a type's fields; undefined for types without fields. */
function attributes(type: string): readonly Attribute[] | undefined {
  const bare = type.replace(/^Array<(.*)>$/, '$1');
  const model = (client as unknown as Record<string, { getAttributeTypeMap?: () => Attribute[] }>)[bare];
  return model?.getAttributeTypeMap?.();
}

function compare(support: Support, type: string, path: string): void {
  if (support === 'kept') return;
  const fields = attributes(type);
  if (support === 'acts') {
    assert.equal(fields, undefined, `${path} has fields of its own, each to be told about`);
    return;
  }
  assert.ok(fields, `${path} has no fields`);
  const names = fields.map(({ baseName }) => baseName);
  assert.deepEqual(Object.keys(support).toSorted(), names.toSorted(), path);
  for (const { baseName, type: inner } of fields)
    compare(support[baseName] ?? 'kept', inner, `${path}.${baseName}`);
}

const notActed: Record<string, { container?: string; spec?: string; paths: string[] }> = {
  nothing: { paths: [] },
  'probes, once for all containers': {
    container: 'livenessProbe: {tcpSocket: {port: 1}}\nreadinessProbe: {tcpSocket: {port: 1}}',
    spec: '- {name: b, image: x, livenessProbe: {tcpSocket: {port: 1}}}',
    paths: ['spec.containers[].livenessProbe', 'spec.containers[].readinessProbe'],
  },
  'fields of clusters': {
    spec: 'nodeSelector: {a: b}\ntolerations: [{operator: Exists}]\nserviceAccountName: robot',
    paths: ['spec.nodeSelector', 'spec.serviceAccountName', 'spec.tolerations'],
  },
  'a volume in a list': {
    spec: 'volumes: [{name: a, emptyDir: {}}, {name: b, nfs: {server: s, path: /p}}]',
    paths: ['spec.volumes[].nfs'],
  },
  'empty values': {
    spec: 'affinity: {}\ntolerations: []\nnodeName: ""\nsetHostnameAsFQDN: false',
    paths: [],
  },
  'a sidecar': {
    spec: 'initContainers: [{name: i, image: x, restartPolicy: Always}]',
    paths: ['spec.initContainers[].restartPolicy'],
  },
};

describe('kube/fields', () => {
  it('tells about every field of the Pod API, and about no other', () => {
    compare(podFields.spec, 'V1PodSpec', 'spec');
  });
  for (const [title, { container = '', spec = '', paths }] of Object.entries(notActed)) {
    it(`names ${title}`, () => {
      const [located] = read(pod({ container, spec })).objects;
      assert.ok(located);
      assert.deepEqual(notActedOn(located.object as Pod), paths);
    });
  }
});
