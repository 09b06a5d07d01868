import { strict as assert } from 'node:assert';
import type { Pod } from '../../../src/kube/wire.ts';
import { renderItem } from '../../../src/render/format.ts';
import { containerInspection } from '../../../src/render/inspect-container.ts';
import { portBindings } from '../../../src/render/inspect-network.ts';
import { podInspection } from '../../../src/render/inspect-pod.ts';
import { exited, observedPod, running } from '../pods/observed.ts';

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { app: 'web', tier: 'front' }, annotations: { note: 'x' } },
  spec: {
    restartPolicy: 'OnFailure',
    containers: [
      {
        name: 'main',
        image: 'busybox',
        command: ['sleep'],
        args: ['1'],
        securityContext: { runAsUser: 7, capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] } },
        volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }],
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'claim' } }],
  },
};
const infra = running({ name: 'infra', role: 'infra' });

function inspected(container = running({ pid: 7, startedAt: '2026-01-01T00:00:01Z' })) {
  const observed = { ...observedPod([infra, container]), pod };
  return containerInspection({
    pod: observed,
    container,
    state: container.running ? 'running' : 'exited',
    spec: undefined,
    image: undefined,
    env: ['HOSTNAME=web'],
    runtime: 'crun',
  });
}

describe('inspecting a container', () => {
  const cases: readonly (readonly [template: string, text: string])[] = [
    ['{{.Name}} {{.RestartCount}} {{.OCIRuntime}}', 'web-main 0 crun'],
    ['{{.State.Status}} {{.State.Running}} {{.State.Pid}}', 'running true 7'],
    ['{{.Config.Labels}}', 'map[app:web tier:front]'],
    ['{{.Config.User}} {{.Config.Entrypoint}} {{.Config.Cmd}}', '7 [sleep] [1]'],
    ['{{.Config.StopSignal}} {{.Config.Umask}} {{.Config.Hostname}}', 'SIGTERM 0022 web'],
    ['{{.HostConfig.CapAdd}} {{.HostConfig.CapDrop}}', '[CAP_NET_ADMIN] [ALL]'],
    ['{{.HostConfig.RestartPolicy.Name}}', 'on-failure'],
    ['{{.HostConfig.NetworkMode}}', `container:${infra.record.id}`],
    ['{{range .Mounts}}{{.Type}} {{.Name}} {{.RW}}{{end}}', 'volume claim false'],
    ['{{.NetworkSettings.IPAddress}}', '10.86.0.5'],
    ['{{(index .NetworkSettings.Networks "pod").IPPrefixLen}}', '32'],
  ];
  for (const [template, text] of cases) {
    it(`prints ${template}`, () => assert.equal(renderItem(template, inspected()), `${text}\n`));
  }

  it('tells how an ended one ended', () => {
    const ended = exited(3, { finishedAt: '2026-01-01T00:00:02Z', reason: 'Error' });
    const template =
      '{{.State.Running}} {{.State.ExitCode}} {{.State.Reason}} {{.State.Pid}} {{.State.FinishedAt}}';
    assert.equal(renderItem(template, inspected(ended)), 'false 3 Error 0 2026-01-01T00:00:02Z\n');
  });

  it('shows the infra container as the owner of the namespaces', () => {
    const observed = { ...observedPod([infra]), pod };
    const item = containerInspection({
      pod: observed,
      container: infra,
      state: 'running',
      spec: undefined,
      image: undefined,
      env: [],
      runtime: '',
    });
    const template = '{{.IsInfra}} {{.HostConfig.NetworkMode}} {{.HostConfig.IpcMode}} {{.Dependencies}}';
    assert.equal(renderItem(template, item), 'true bridge shareable []\n');
  });
});

describe('inspecting a pod', () => {
  const item = podInspection({
    pod: { ...observedPod([infra, running()]), pod },
    state: 'Running',
    containerStates: ['running', 'running'],
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const cases: readonly (readonly [template: string, text: string])[] = [
    ['{{.Name}} {{.State}} {{.NumContainers}}', 'web Running 2'],
    ['{{.InfraConfig.HostNetwork}} {{.InfraContainerID}}', `false ${infra.record.id}`],
    ['{{range .Containers}}{{.Name}}={{.State}} {{end}}', 'web-infra=running web-main=running '],
    ['{{.Labels}} {{.SharedNamespaces}}', 'map[app:web tier:front] [ipc net uts]'],
    ['{{.Object.kind}} {{.Object.status.phase}}', 'Pod Running'],
    ['{{range .Object.status.conditions}}{{.type}}={{.status}}{{end}}', 'Ready=True'],
  ];
  for (const [template, text] of cases) {
    it(`prints ${template}`, () => assert.equal(renderItem(template, item), `${text}\n`));
  }
});

it('port bindings print as Podman prints them', () => {
  const bindings = portBindings([
    { hostIP: '0.0.0.0', hostPort: 8080, containerPort: 80, protocol: 'tcp' },
    { hostIP: '127.0.0.1', hostPort: 8081, containerPort: 80, protocol: 'tcp' },
    { hostIP: '0.0.0.0', hostPort: 53, containerPort: 53, protocol: 'udp' },
  ]);
  assert.equal(
    renderItem('{{.P}}', { P: bindings }),
    'map[53/udp:[{0.0.0.0 53}] 80/tcp:[{0.0.0.0 8080} {127.0.0.1 8081}]]\n',
  );
});
