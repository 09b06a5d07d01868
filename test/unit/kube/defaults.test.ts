import assert from 'node:assert/strict';
import { defaultPullPolicy, withDefaults } from '../../../src/kube/defaults.ts';
import type { Deployment, KubeObject, PersistentVolumeClaim, Pod, Secret } from '../../../src/kube/wire.ts';
import { pod, read } from './faults.ts';

function filled<T extends KubeObject>(text: string): T {
  const [located] = read(text).objects;
  assert.ok(located);
  const before = structuredClone(located.object);
  const object = withDefaults(located.object);
  assert.deepEqual(located.object, before, 'what was written stays as it was');
  assert.deepEqual(withDefaults(object), object, 'defaults are filled in once');
  return object as T;
}

const pullPolicies: Record<string, string> = {
  'registry.test:5000/x': 'Always',
  'registry.test:5000/x:latest': 'Always',
  'registry.test:5000/x:1.0': 'IfNotPresent',
  'x@sha256:0001': 'IfNotPresent',
  'x:latest@sha256:0001': 'Always',
  'x:1@sha256:0001': 'IfNotPresent',
  busybox: 'Always',
};

describe('kube/defaults', () => {
  for (const [image, policy] of Object.entries(pullPolicies)) {
    it(`C49 ${image} is pulled ${policy}`, () => assert.equal(defaultPullPolicy(image), policy));
  }

  it('fills in a pod', () => {
    const { spec } = filled<Pod>(pod());
    assert.deepEqual(spec, {
      containers: [
        {
          name: 'main',
          image: 'localhost/busybox:latest',
          imagePullPolicy: 'Always',
          terminationMessagePath: '/dev/termination-log',
          terminationMessagePolicy: 'File',
        },
      ],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      terminationGracePeriodSeconds: 30,
      schedulerName: 'default-scheduler',
      enableServiceLinks: true,
      securityContext: {},
    });
  });

  it('keeps what is set, zero among it', () => {
    const { spec } = filled<Pod>(
      pod({
        container: 'imagePullPolicy: Never',
        spec: 'terminationGracePeriodSeconds: 0\nenableServiceLinks: false\nserviceAccount: old',
      }),
    );
    assert.equal(spec.terminationGracePeriodSeconds, 0);
    assert.equal(spec.enableServiceLinks, false);
    assert.equal(spec.serviceAccountName, 'old');
    assert.equal(spec.containers[0]?.imagePullPolicy, 'Never');
  });

  it('fills in ports, requests, probes and volumes', () => {
    const { spec } = filled<Pod>(
      pod({
        container: `ports: [{containerPort: 80}]
resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}
env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
livenessProbe: {httpGet: {port: 80}}
lifecycle: {preStop: {httpGet: {port: 80}}}`,
        spec: `volumes:
- {name: c, configMap: {name: x}}
- {name: s, secret: {secretName: x, defaultMode: 0400}}
- {name: h, hostPath: {path: /a}}
- {name: e}`,
      }),
    );
    const [main] = spec.containers;
    assert.deepEqual(main?.ports, [{ containerPort: 80, protocol: 'TCP' }]);
    assert.deepEqual(main?.resources?.requests, { cpu: '500m', memory: '1Gi' });
    assert.equal(main?.env?.[0]?.valueFrom?.fieldRef?.apiVersion, 'v1');
    assert.deepEqual(main?.livenessProbe, {
      httpGet: { port: 80, path: '/', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    });
    assert.equal(main?.lifecycle?.preStop?.httpGet?.scheme, 'HTTP');
    assert.deepEqual(spec.volumes, [
      { name: 'c', configMap: { name: 'x', defaultMode: 420 } },
      { name: 's', secret: { secretName: 'x', defaultMode: 256 } },
      { name: 'h', hostPath: { path: '/a', type: '' } },
      { name: 'e', emptyDir: {} },
    ]);
  });

  it('publishes the ports of a pod in the network of the host', () => {
    const { spec } = filled<Pod>(
      pod({ spec: 'hostNetwork: true', container: 'ports: [{containerPort: 80}]' }),
    );
    assert.deepEqual(spec.containers[0]?.ports, [{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  });

  it('fills in a Deployment and its template', () => {
    const template =
      'selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}';
    const deployment = (rest: string) =>
      filled<Deployment>(
        `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {${template}${rest}}\n`,
      ).spec;
    const spec = deployment('');
    assert.equal(spec.replicas, 1);
    assert.deepEqual(spec.strategy, {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' },
    });
    assert.equal(spec.template.spec?.restartPolicy, 'Always');
    assert.equal(deployment(', replicas: 0').replicas, 0);
    assert.deepEqual(deployment(', strategy: {type: Recreate}').strategy, { type: 'Recreate' });
  });

  it('C24 stringData overrides data', () => {
    const secret = filled<Secret>(
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {u: b2xk, p: cGFzcw==}\nstringData: {u: new}\n',
    );
    assert.deepEqual(secret.data, { u: Buffer.from('new').toString('base64'), p: 'cGFzcw==' });
    assert.equal(secret.stringData, undefined);
    assert.equal(secret.type, 'Opaque');
  });

  it('fills in a claim', () => {
    const claim = filled<PersistentVolumeClaim>(
      'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n',
    );
    assert.equal(claim.spec?.volumeMode, 'Filesystem');
  });
});
