import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { UsageError } from '../../../src/errors/usage-error.ts';
import type { Deployment, Pod } from '../../../src/kube/wire.ts';
import { type PlayOptions, playPlan, templateHash } from '../../../src/plan/play-plan.ts';
import { parsePublish } from '../../../src/values/port.ts';

const none: PlayOptions = { networks: [], publish: [], annotations: {} };

function pod(ports?: Pod['spec']['containers'][number]['ports']): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: {
      containers: [
        { name: 'a', image: 'x:1', ...(ports === undefined ? {} : { ports }) },
        { name: 'b', image: 'x:1' },
      ],
    },
  };
}

function deployment(replicas?: number): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'team' },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      selector: { matchLabels: { app: 'app' } },
      template: { metadata: { labels: { app: 'app' } }, spec: { containers: [{ name: 'c', image: 'x:1' }] } },
    },
  };
}

function plannedPorts(object: Pod, publish: string): readonly string[] {
  const { pods } = playPlan([{ object }], { ...none, publish: parsePublish(publish) });
  return (pods[0]?.ports ?? []).map(
    ({ hostIP, hostPort, containerPort, protocol }) => `${hostIP}:${hostPort}:${containerPort}/${protocol}`,
  );
}

describe('the plan of a play', () => {
  it('keeps a pod as it is written', () => {
    const written = pod();
    const plan = playPlan([{ object: written, folder: '/x' }], none);
    equal(plan.pods[0]?.pod, written);
    equal(plan.pods[0]?.namespace, 'default');
    equal(plan.pods[0]?.folder, '/x');
    deepEqual(plan.objects, []);
  });

  it('leaves the names of other pods to them', () => {
    const named = (name: string, namespace?: string): Pod => ({
      ...pod(),
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    });
    const objects = [deployment(2), named('app-pod-1', 'team'), named('app-pod')];
    const { pods } = playPlan(
      objects.map((object) => ({ object })),
      none,
    );
    deepEqual(
      pods.map((planned) => `${planned.namespace}/${planned.pod.metadata.name}`),
      ['team/app-pod', 'team/app-pod-2', 'team/app-pod-1', 'default/app-pod'],
    );
  });

  for (const [replicas, names] of [
    [undefined, ['app-pod']],
    [0, []],
    [3, ['app-pod', 'app-pod-1', 'app-pod-2']],
  ] as const) {
    it(`C87: a Deployment with replicas ${replicas} has ${names.length} pods`, () => {
      const plan = playPlan([{ object: deployment(replicas) }], none);
      deepEqual(
        plan.pods.map(({ pod: { metadata } }) => metadata.name),
        names,
      );
      equal(plan.objects[0]?.key.kind, 'Deployment');
    });
  }

  it('C88: pods of a Deployment have its template labels, its namespace and the hash of the template', () => {
    const [planned] = playPlan([{ object: deployment() }], none).pods;
    equal(planned?.namespace, 'team');
    equal(planned?.pod.metadata.labels?.['app'], 'app');
    equal(planned?.pod.metadata.labels?.['pod-template-hash'], templateHash(deployment().spec.template));
    notEqual(templateHash({ spec: { containers: [] } }), templateHash(deployment().spec.template));
  });

  it('publishes only what has a host port', () => {
    const written = pod([
      { containerPort: 80 },
      { containerPort: 53, hostPort: 5353, protocol: 'UDP', hostIP: '127.0.0.1' },
    ]);
    deepEqual(playPlan([{ object: written }], none).pods[0]?.ports, [
      { hostIP: '127.0.0.1', hostPort: 5353, containerPort: 53, protocol: 'udp' },
    ]);
  });

  it('--publish gives the container port of the same number its host port', () => {
    deepEqual(plannedPorts(pod([{ containerPort: 80 }]), '8080:80'), ['0.0.0.0:8080:80/tcp']);
    deepEqual(plannedPorts(pod([{ containerPort: 80, hostPort: 1 }]), '127.0.0.1:8080:80'), [
      '127.0.0.1:8080:80/tcp',
    ]);
    deepEqual(plannedPorts(pod([{ containerPort: 80 }]), '8080:80/udp'), ['0.0.0.0:8080:80/udp']);
    deepEqual(plannedPorts(pod(), '8080:80'), ['0.0.0.0:8080:80/tcp']);
  });

  it('--annotation is added to what is written', () => {
    const { pods } = playPlan([{ object: pod() }], { ...none, annotations: { a: 'b' } });
    deepEqual(pods[0]?.pod.metadata.annotations, { a: 'b' });
  });

  it('--network host is hostNetwork, and cannot be joined with others', () => {
    const { pods } = playPlan([{ object: pod() }], { ...none, networks: ['host'] });
    equal(pods[0]?.pod.spec.hostNetwork, true);
    deepEqual(pods[0]?.networks, []);
    throws(() => playPlan([{ object: pod() }], { ...none, networks: ['host', 'x'] }), UsageError);
  });
});
