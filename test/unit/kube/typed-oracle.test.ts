import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readObjects } from '../../../src/kube/objects.ts';
import { quantityOf } from '../../../src/kube/rules/quantity.ts';
import { decoded, wellTyped } from '../../../src/schema/shape.ts';
import { validateShape } from '../../../src/schema/validate.ts';
import { formatQuantity } from '../../../src/values/quantity.ts';
import { corpus, corpusFiles } from './corpus.ts';
import { pod } from './faults.ts';
import { hasKubectl, kubectlTypes } from './oracle.ts';

const kinds = ['Pod', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];

/** Lines of a container that types decide about. */
const lines = [
  ...[
    'command: sleep',
    'args: [600]',
    'args: [null]',
    'args: "a"',
    'tty: yes',
    'tty: "true"',
    'tty: 1',
    'tty: null',
  ],
  ...['ports: [{containerPort: 80.0}]', 'ports: [{containerPort: "80"}]', 'ports: [{containerPort: 80.5}]'],
  ...[
    'ports: [{containerPort: 8e1}]',
    'ports: [{containerPort: 080}]',
    'ports: [{containerPort: 3000000000}]',
  ],
  ...[
    'ports: {}',
    'ports: [80]',
    'ports: [null]',
    'ports: []',
    'ports:',
    'workingDir: 5',
    'workingDir: y',
    'workingDir: ""',
  ],
  ...['env: [{name: A, value: 8080}]', 'env: [{name: A, value: y}]', 'env: [{name: A, value: 22:22}]'],
  ...['env: [{name: A, value: 2026-01-02}]', 'env: [{name: A, value: null}]', 'env: [{name: A, value: 1.0}]'],
  ...[
    'resources: {limits: {cpu: 0.5}}',
    'resources: {limits: {cpu: "1"}}',
    'resources: {limits: {memory: 1.2Gi}}',
  ],
  ...[
    'resources: {limits: {memory: .5}}',
    'resources: {limits: {memory: +1Gi}}',
    'resources: {limits: {memory: 1E3}}',
  ],
  ...['resources: {limits: {memory: " 1Gi"}}', 'resources: {limits: {memory: 9223372036854775807}}'],
  ...[
    'resources: {limits: {memory: 64Mi, cpu: 300m}}',
    'resources: []',
    'resources: {limits: []}',
    'resources: null',
  ],
  ...[
    'livenessProbe: {httpGet: {port: web}}',
    'livenessProbe: {httpGet: {port: 80}}',
    'livenessProbe: {httpGet: {port: 1.5}}',
  ],
  ...[
    'livenessProbe: {httpGet: {port: true}}',
    'securityContext: {runAsUser: 0100}',
    'securityContext: {runAsUser: "1"}',
  ],
  ...[
    'securityContext: {privileged: on}',
    'imagePullPolicy: 1',
    'envFrom: [{configMapRef: {name: a, optional: yes}}]',
  ],
];

/** What kubectl sets itself, and fields that are newer than the kubectl of Debian and of this list. */
const ignored = ['image', 'status', 'creationTimestamp', 'fileKeyRef', 'restartPolicyRules', 'stopSignal'];

/** Objects as our types make them, or undefined where they refuse one. */
function ours(text: string): unknown[] | undefined {
  const { objects } = readObjects([{ name: 'manifest.yaml', text }]);
  const typed = objects.map(({ data }) => ({
    kind: String(data['kind']),
    value: decoded(String(data['kind']), data),
  }));
  const fits = typed.every(({ kind, value }) =>
    validateShape(kind, value).every(
      ({ problem }) => problem === 'unknown-field' || problem === 'missing-field',
    ),
  );
  return fits ? typed.map(({ kind, value }) => wellTyped(kind, value)) : undefined;
}

/** What both sides agree on: set fields, in one spelling, images and unknown fields apart. */
function settled(value: unknown, key = ''): unknown {
  if (Array.isArray(value))
    return value.length === 0 ? undefined : value.map((item) => settled(item) ?? null);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([name]) => !ignored.includes(name))
      .map(([name, field]) => [name, settled(field, name)] as const)
      .filter(([, field]) => field !== undefined);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  const isAmount = ['cpu', 'memory', 'storage', 'sizeLimit', 'ephemeral-storage', 'divisor'].includes(key);
  const quantity = isAmount && typeof value === 'string' ? quantityOf(value) : undefined;
  if (quantity !== undefined) return quantity.nano === 0n ? undefined : formatQuantity(quantity);
  return value === null || value === '' || value === false || value === 0 ? undefined : value;
}

describe('typing manifests as kubectl does', () => {
  if (!hasKubectl) {
    it('is not compared here: kubectl is not installed', () => {});
    return;
  }

  it('lines that types decide about', () => {
    const accepted = lines.filter((line) => ours(pod({ container: line })) !== undefined);
    const texts = accepted.map((line) => pod({ container: line }));
    const theirs = kubectlTypes(...texts);
    assert.ok(theirs, 'kubectl refuses what we accept');
    for (const [index, line] of accepted.entries()) {
      assert.deepEqual(settled(ours(texts[index] ?? '')?.[0]), settled(theirs[index]), line);
    }
    for (const line of lines.filter((each) => !accepted.includes(each))) {
      assert.equal(kubectlTypes(pod({ container: line })), undefined, line);
    }
  }).timeout(60_000);

  if (corpus === undefined) return;
  it('every pod and workload of the corpus', () => {
    const texts = corpusFiles.flatMap((name) => {
      const text = readFileSync(join(corpus ?? '', name), 'utf8');
      const { objects } = readObjects([{ name, text }]);
      const whole = objects.length > 0 && objects.every(({ data }) => kinds.includes(String(data['kind'])));
      return whole && ours(text) !== undefined && !/v1beta1/.test(text) ? [{ name, text }] : [];
    });
    assert.ok(texts.length > 100);
    for (let at = 0; at < texts.length; at += 25) {
      const batch = texts.slice(at, at + 25);
      const theirs = kubectlTypes(...batch.map(({ text }) => text));
      const found = batch.flatMap(({ text }) => ours(text) ?? []);
      assert.ok(theirs, batch.map(({ name }) => name).join(' '));
      assert.deepEqual(
        found.map((each) => settled(each)),
        theirs.map((each) => settled(each)),
      );
    }
  }).timeout(120_000);
});
