import type * as model from '@kubernetes/client-node';
import type {
  Container,
  Deployment,
  DeploymentSpec,
  KubeObject,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  Probe,
  ResourceRequirements,
  Secret,
  Volume,
  Wire,
} from './wire.ts';

/** Mode of files made from ConfigMaps, Secrets and the downward API, 0644. */
const fileMode = 0o644;

/**
 * A new object with the fields filled in that the API server fills in (k8s.io/kubernetes/pkg/apis/.../v1/defaults.go).
 * A Secret's stringData is merged into data. Kinds that `play` does not act on come back as they are.
 * The object given is not changed; keep it, it is what the user wrote.
 */
export function withDefaults<T extends KubeObject>(object: T): T {
  const fill = fillers[object.kind];
  return (fill === undefined ? object : fill(object)) as T;
}

const fillers: Readonly<Record<string, (object: KubeObject) => KubeObject>> = {
  Pod: (object) => {
    const pod = object as Pod;
    return { ...pod, spec: hostPorts(podSpec(pod.spec)) };
  },
  Secret: (object) => secret(object as Secret),
  PersistentVolumeClaim: (object) => {
    const claim = object as PersistentVolumeClaim;
    return { ...claim, spec: { ...claim.spec, volumeMode: claim.spec?.volumeMode || 'Filesystem' } };
  },
  Deployment: (object) => {
    const deployment = object as Deployment;
    return { ...deployment, spec: deploymentSpec(deployment.spec) };
  },
};

/** The policy for an image without one: Always for `:latest`, written or implied, else IfNotPresent. */
export function defaultPullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const [name = '', digest] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1] ?? (digest === undefined ? 'latest' : '');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function deploymentSpec(spec: DeploymentSpec): DeploymentSpec {
  const type = spec.strategy?.type || 'RollingUpdate';
  const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...spec.strategy?.rollingUpdate };
  return {
    ...spec,
    replicas: spec.replicas ?? 1,
    strategy: type === 'RollingUpdate' ? { type, rollingUpdate } : { type },
    revisionHistoryLimit: spec.revisionHistoryLimit ?? 10,
    progressDeadlineSeconds: spec.progressDeadlineSeconds ?? 600,
    template: {
      ...spec.template,
      ...(spec.template.spec === undefined ? {} : { spec: podSpec(spec.template.spec) }),
    },
  };
}

function secret({ stringData, ...rest }: Secret): Secret {
  const texts = Object.entries(stringData ?? {}).map(([key, text]) => [
    key,
    Buffer.from(text, 'utf8').toString('base64'),
  ]);
  const data = { ...rest.data, ...(Object.fromEntries(texts) as Record<string, string>) };
  return { ...rest, type: rest.type || 'Opaque', ...(Object.keys(data).length === 0 ? {} : { data }) };
}

function podSpec(spec: PodSpec): PodSpec {
  const account = spec.serviceAccountName || spec.serviceAccount;
  return {
    ...spec,
    restartPolicy: spec.restartPolicy || 'Always',
    dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
    terminationGracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    schedulerName: spec.schedulerName || 'default-scheduler',
    enableServiceLinks: spec.enableServiceLinks ?? true,
    securityContext: spec.securityContext ?? {},
    ...(account ? { serviceAccountName: account } : {}),
    containers: spec.containers.map(container),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(container) }),
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(volume) }),
  };
}

/** In the host's network a container's port is a port of the host. */
function hostPorts(spec: PodSpec): PodSpec {
  if (!spec.hostNetwork) return spec;
  const publish = (each: Container): Container =>
    each.ports === undefined
      ? each
      : {
          ...each,
          ports: each.ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort })),
        };
  return {
    ...spec,
    containers: spec.containers.map(publish),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(publish) }),
  };
}

function container(each: Container): Container {
  const { ports, env, resources, livenessProbe, readinessProbe, startupProbe, lifecycle } = each;
  return {
    ...each,
    imagePullPolicy: each.imagePullPolicy || defaultPullPolicy(each.image ?? ''),
    terminationMessagePath: each.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: each.terminationMessagePolicy || 'File',
    ...(ports && { ports: ports.map((port) => ({ ...port, protocol: port.protocol || 'TCP' })) }),
    ...(env && { env: env.map(variable) }),
    ...(resources && { resources: requirements(resources) }),
    ...(livenessProbe && { livenessProbe: probe(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: probe(readinessProbe) }),
    ...(startupProbe && { startupProbe: probe(startupProbe) }),
    ...(lifecycle && { lifecycle: hooks(lifecycle) }),
  };
}

type Variable = NonNullable<Container['env']>[number];

function variable(each: Variable): Variable {
  const { valueFrom } = each;
  if (valueFrom?.fieldRef === undefined) return each;
  return { ...each, valueFrom: { ...valueFrom, fieldRef: { apiVersion: 'v1', ...valueFrom.fieldRef } } };
}

/** What is limited but not requested is requested as much as it is limited. */
function requirements(resources: ResourceRequirements): ResourceRequirements {
  const { limits, requests } = resources;
  return limits === undefined ? resources : { ...resources, requests: { ...limits, ...requests } };
}

function probe(each: Probe): Probe {
  const { httpGet, grpc } = each;
  return {
    ...each,
    timeoutSeconds: each.timeoutSeconds || 1,
    periodSeconds: each.periodSeconds || 10,
    successThreshold: each.successThreshold || 1,
    failureThreshold: each.failureThreshold || 3,
    ...(httpGet && { httpGet: webRequest(httpGet) }),
    ...(grpc && { grpc: { ...grpc, service: grpc.service ?? '' } }),
  };
}

type Lifecycle = NonNullable<Container['lifecycle']>;
type Hook = NonNullable<Lifecycle['preStop']>;

function hooks(lifecycle: Lifecycle): Lifecycle {
  const fill = (hook: Hook): Hook =>
    hook.httpGet === undefined ? hook : { ...hook, httpGet: webRequest(hook.httpGet) };
  const { postStart, preStop } = lifecycle;
  return {
    ...lifecycle,
    ...(postStart && { postStart: fill(postStart) }),
    ...(preStop && { preStop: fill(preStop) }),
  };
}

function webRequest(request: Wire<model.V1HTTPGetAction>): Wire<model.V1HTTPGetAction> {
  return { ...request, path: request.path || '/', scheme: request.scheme || 'HTTP' };
}

function volume(each: Volume): Volume {
  const { hostPath, configMap, secret: secretSource, downwardAPI, projected } = each;
  if (Object.keys(each).length === 1) return { ...each, emptyDir: {} };
  return {
    ...each,
    ...(hostPath && { hostPath: { ...hostPath, type: hostPath.type ?? '' } }),
    ...(configMap && { configMap: withMode(configMap) }),
    ...(secretSource && { secret: withMode(secretSource) }),
    ...(downwardAPI && { downwardAPI: withMode(downwardAPI) }),
    ...(projected && { projected: withMode(projected) }),
  };
}

function withMode<T extends { defaultMode?: number }>(source: T): T {
  return { ...source, defaultMode: source.defaultMode ?? fileMode };
}
