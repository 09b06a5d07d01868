import fc from 'fast-check';
import type { Container, Pod, Volume } from '../../src/kube/wire.ts';

/** A field that is there or not. */
type Fields = Readonly<Record<string, fc.Arbitrary<unknown>>>;
const some = (fields: Fields) =>
  fc.record(fields as Record<string, fc.Arbitrary<unknown>>, { requiredKeys: [] });
const all = (required: Fields, optional: Fields = {}) =>
  fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) });
const list = <T>(item: fc.Arbitrary<T>, most = 3) => fc.array(item, { maxLength: most });
const oneOf = (...values: readonly unknown[]) => fc.constantFrom(...values);

const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
const labelKey = fc.oneof(
  name,
  name.map((text) => `team.test/${text}`),
);
const labelValue = fc.stringMatching(/^([A-Za-z0-9]([A-Za-z0-9._-]{0,10}[A-Za-z0-9])?)?$/);
const variable = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const key = fc.stringMatching(/^[a-z][a-z0-9._-]{0,8}$/).filter((text) => !text.includes('..'));
/** Any text that a manifest can hold, what other tools trip over among it. */
const text = fc.oneof(
  fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .filter((value) => value.isWellFormed() && !value.includes('\0')),
  fc.constantFrom(
    'yes',
    '0644',
    '22:22',
    '',
    ' ',
    'a\nb\n',
    '- a',
    '#',
    '$(A)$$',
    '1e3',
    '~',
    "it's",
    '"',
    '\t',
    'null',
  ),
);
const count = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const id = fc.integer({ min: 1, max: 65_533 });
const port = fc.integer({ min: 1, max: 65_535 });
const mode = fc.integer({ min: 0, max: 0o777 });
const seconds = fc.integer({ min: 1, max: 3600 });
const file = fc.stringMatching(/^[a-z]{1,5}(\/[a-z]{1,5})?$/);
const address = fc.ipV4();
const yes = fc.boolean();
const labels = fc.dictionary(labelKey, labelValue, { maxKeys: 3 });
const annotations = fc.dictionary(labelKey, text, { maxKeys: 3 });

const expression = all({ key: labelKey, operator: oneOf('In', 'NotIn') }, { values: list(labelValue) });
const selector = some({ matchLabels: labels, matchExpressions: list(expression, 2) });

const exec = fc.record({ exec: fc.record({ command: fc.array(text, { minLength: 1, maxLength: 3 }) }) });
const httpGet = fc.record({
  httpGet: all(
    { port },
    {
      path: fc.constant('/health'),
      host: fc.domain(),
      scheme: oneOf('HTTP', 'HTTPS'),
      httpHeaders: list(fc.record({ name: fc.constant('X-A'), value: text }), 1),
    },
  ),
});
const tcpSocket = fc.record({ tcpSocket: all({ port }, { host: fc.domain() }) });
const handler = fc.oneof(exec, httpGet, tcpSocket);
const timing = some({
  periodSeconds: seconds,
  timeoutSeconds: seconds,
  failureThreshold: seconds,
  initialDelaySeconds: seconds,
});
const probe = fc
  .tuple(fc.oneof(handler, fc.record({ grpc: all({ port }, { service: name }) })), timing)
  .map(([what, when]) => ({ ...what, ...when }));

const reference = (fields: Fields) =>
  all({ name, ...fields }, {}).map((value) => ({ ...value, optional: true }));
const envSource = fc.oneof(
  fc.record({ configMapKeyRef: reference({ key }) }),
  fc.record({ secretKeyRef: reference({ key }) }),
  fc.record({
    fieldRef: all(
      {
        fieldPath: oneOf(
          'metadata.name',
          'metadata.namespace',
          'metadata.uid',
          "metadata.labels['app']",
          'spec.nodeName',
          'spec.serviceAccountName',
          'status.podIP',
          'status.hostIP',
        ),
      },
      { apiVersion: fc.constant('v1') },
    ),
  }),
  fc.record({
    resourceFieldRef: all(
      { resource: oneOf('limits.cpu', 'requests.cpu') },
      { divisor: oneOf('1', '1m'), containerName: fc.constant('first') },
    ),
  }),
);
const env = list(
  fc.oneof(all({ name: variable }, { value: text }), fc.record({ name: variable, valueFrom: envSource })),
).map((variables) => [...new Map(variables.map((each) => [each.name, each])).values()]);
const envFrom = list(
  fc.oneof(
    all({ configMapRef: reference({}) }, { prefix: variable }),
    all({ secretRef: reference({}) }, { prefix: variable }),
  ),
  2,
);

const amounts = (factor: number) =>
  some({
    cpu: fc.integer({ min: 1 * factor, max: 4 * factor }).map((milli) => `${milli}m`),
    memory: fc.integer({ min: 8 * factor, max: 16 * factor }).map((mebi) => `${mebi}Mi`),
  });
const resources = some({ requests: amounts(1), limits: amounts(10) });

const seccompProfile = oneOf(
  { type: 'Unconfined' },
  { type: 'RuntimeDefault' },
  { type: 'Localhost', localhostProfile: 'a.json' },
);
const seLinuxOptions = some({ level: fc.constant('s0:c1,c2'), user: name });
const user = { runAsUser: id, runAsGroup: id, runAsNonRoot: yes, seccompProfile, seLinuxOptions };
const capability = oneOf('ALL', 'CHOWN', 'NET_BIND_SERVICE', 'KILL');
const containerSecurity = fc.oneof(
  some({
    ...user,
    allowPrivilegeEscalation: yes,
    readOnlyRootFilesystem: yes,
    procMount: oneOf('Default', 'Unmasked'),
    capabilities: some({ add: list(capability), drop: list(capability) }),
  }),
  fc.constant({ privileged: true }),
);
const podSecurity = some({
  ...user,
  fsGroup: id,
  fsGroupChangePolicy: oneOf('Always', 'OnRootMismatch'),
  supplementalGroups: list(id),
  supplementalGroupsPolicy: oneOf('Merge', 'Strict'),
  sysctls: list(all({ name: oneOf('kernel.shm_rmid_forced', 'kernel.msgmax'), value: oneOf('0', '1') }), 1),
});

const items = list(all({ key, path: file }, { mode }), 2).map((each) => [
  ...new Map(each.map((item) => [item.path as string, item])).values(),
]);
const files = { items, defaultMode: mode };
const optional = <T extends object>(value: T) => ({ ...value, optional: true });
const downward = fc.record({
  items: list(all({ path: file, fieldRef: fc.constant({ fieldPath: 'metadata.labels' }) }, { mode }), 1),
});
const volumeSource = fc.oneof(
  fc.record({ emptyDir: some({ medium: oneOf('', 'Memory'), sizeLimit: oneOf('8Mi', '1Gi', '500k') }) }),
  fc.record({
    hostPath: all(
      { path: oneOf('/', '/tmp', './data') },
      { type: oneOf('', 'Directory', 'DirectoryOrCreate') },
    ),
  }),
  fc.record({ configMap: all({ name }, files).map(optional) }),
  fc.record({ secret: all({ secretName: name }, files).map(optional) }),
  fc.record({ downwardAPI: downward }),
  fc.record({
    projected: all(
      {
        sources: list(
          fc.oneof(
            fc.record({ configMap: all({ name }, { items }).map(optional) }),
            fc.record({ secret: all({ name }, { items }).map(optional) }),
            fc.record({ downwardAPI: downward }),
          ),
          2,
        ),
      },
      { defaultMode: mode },
    ),
  }),
  fc.record({ nfs: all({ server: fc.domain(), path: fc.constant('/export') }, { readOnly: yes }) }),
);

interface Named {
  readonly name: string;
}
const distinct = <T extends Named>(items: readonly T[]) => [
  ...new Map(items.map((item) => [item.name, item])).values(),
];
const volumes = list(fc.tuple(name, volumeSource).map(([of, source]) => ({ name: of, ...source }))).map(
  distinct,
);

const portName = name.filter((text) => !text.includes('--'));
const protocol = oneOf('TCP', 'UDP');
const ports = list(
  all({ containerPort: port }, { name: portName, protocol, hostIP: fc.constant('127.0.0.1') }),
  2,
).map((each) =>
  each.filter(
    ({ name: own }, index) => own === undefined || each.findIndex((other) => other.name === own) === index,
  ),
);

/** Mounts of some of the pod's volumes, each at a place of its own. */
const mounts = (of: readonly Named[]) =>
  fc.subarray([...of]).chain((chosen) =>
    fc.tuple(
      ...chosen.map((volume, index) =>
        all(
          { name: fc.constant(volume.name), mountPath: fc.constant(`/mnt/${index}`) },
          {
            readOnly: yes,
            subPath: file,
            mountPropagation: oneOf('None', 'HostToContainer'),
            recursiveReadOnly: fc.constant('Disabled'),
          },
        ),
      ),
    ),
  );

const container = (of: readonly Named[], role: 'init' | 'main') =>
  all(
    {
      image: fc.constant('localhost/busybox:latest'),
      command: fc.array(text, { minLength: 1, maxLength: 3 }),
    },
    {
      imagePullPolicy: oneOf('IfNotPresent', 'Never', 'Always'),
      args: list(text),
      env,
      envFrom,
      workingDir: oneOf('/', '/tmp', '/srv/app'),
      ports,
      resources,
      securityContext: containerSecurity,
      stdin: yes,
      stdinOnce: yes,
      tty: yes,
      terminationMessagePath: fc.constant('/dev/log'),
      terminationMessagePolicy: oneOf('File', 'FallbackToLogsOnError'),
      volumeMounts: mounts(of),
      ...(role === 'init'
        ? {}
        : {
            livenessProbe: probe,
            readinessProbe: probe,
            startupProbe: probe,
            lifecycle: some({
              postStart: handler,
              preStop: fc.oneof(handler, fc.constant({ sleep: { seconds: 1 } })),
            }),
          }),
    },
  );

const containers = (of: readonly Named[]) =>
  fc.record(
    {
      containers: fc
        .array(container(of, 'main'), { minLength: 1, maxLength: 3 })
        .map(called('first', 'second', 'third')),
      initContainers: fc
        .array(container(of, 'init'), { maxLength: 2 })
        .map(called('init-first', 'init-second')),
    },
    { requiredKeys: ['containers'] },
  );

function called(...names: readonly string[]) {
  return (items: readonly object[]) => items.map((item, index) => ({ name: names[index], ...item }));
}

const host = fc.oneof(
  some({ hostIPC: yes, hostPID: yes }),
  some({ shareProcessNamespace: yes, hostname: name, hostUsers: yes }),
);
const placement = {
  nodeSelector: labels,
  nodeName: name,
  tolerations: list(
    some({ key: labelKey, operator: fc.constant('Exists'), effect: oneOf('NoSchedule', 'NoExecute') }),
  ),
  affinity: some({
    podAntiAffinity: fc.record({
      preferredDuringSchedulingIgnoredDuringExecution: list(
        fc.record({
          weight: fc.integer({ min: 1, max: 100 }),
          podAffinityTerm: all({ topologyKey: labelKey }, { labelSelector: selector }),
        }),
        1,
      ),
    }),
  }),
  topologySpreadConstraints: list(
    all(
      {
        maxSkew: seconds,
        topologyKey: labelKey,
        whenUnsatisfiable: oneOf('DoNotSchedule', 'ScheduleAnyway'),
      },
      { labelSelector: selector },
    ),
    1,
  ),
  priorityClassName: name,
  priority: count,
  preemptionPolicy: oneOf('PreemptLowerPriority', 'Never'),
  runtimeClassName: name,
  schedulerName: name,
  serviceAccountName: name,
  automountServiceAccountToken: yes,
  imagePullSecrets: list(fc.record({ name }), 2),
  readinessGates: list(fc.record({ conditionType: labelKey }), 1),
};
const options = list(all({ name: oneOf('ndots', 'edns0', 'timeout') }, { value: oneOf('1', '2') }), 2);
const names = {
  hostAliases: list(fc.record({ ip: address, hostnames: list(fc.domain(), 2) }), 2),
  dnsPolicy: oneOf('ClusterFirst', 'Default', 'ClusterFirstWithHostNet'),
  dnsConfig: some({ nameservers: list(address), searches: list(fc.domain(), 2), options }),
  subdomain: name,
  setHostnameAsFQDN: yes,
};

/** Valid Pods over all fields, those that nothing acts on yet among them; what they refer to is optional. */
export const pods: fc.Arbitrary<Pod> = volumes.chain((of) =>
  fc
    .record({
      metadata: all({ name }, { labels, annotations }),
      members: containers(of),
      sharing: host,
      rest: some({
        ...placement,
        ...names,
        restartPolicy: oneOf('Always', 'OnFailure', 'Never'),
        terminationGracePeriodSeconds: count,
        activeDeadlineSeconds: seconds,
        enableServiceLinks: yes,
        securityContext: podSecurity,
      }),
    })
    .map(({ metadata, members, sharing, rest }) => {
      const spec = { ...rest, ...sharing, ...members, ...(of.length === 0 ? {} : { volumes: of }) };
      return JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec })) as Pod;
    }),
);

/** Such Pods with what keeps one from starting here left out: every container sleeps. */
export const startablePods: fc.Arbitrary<Pod> = pods.map((pod) => {
  const { initContainers, securityContext, volumes: all, ...spec } = pod.spec;
  const { runAsNonRoot, seccompProfile, sysctls, ...context } = securityContext ?? {};
  const mountable = (all ?? []).filter(
    ({ nfs, downwardAPI, projected }) =>
      nfs === undefined &&
      downwardAPI === undefined &&
      !projected?.sources?.some((source) => source.downwardAPI !== undefined),
  );
  return {
    ...pod,
    spec: {
      ...spec,
      terminationGracePeriodSeconds: 0,
      securityContext: context,
      volumes: mountable,
      containers: spec.containers.map((member) => sleeping(member, mountable)),
      initContainers: (initContainers ?? []).map((member) => ({
        ...sleeping(member, mountable),
        command: ['true'],
      })),
    },
  };
});

function sleeping(
  { args, securityContext, volumeMounts, ...member }: Container,
  mountable: readonly Volume[],
): Container {
  const { runAsNonRoot, seccompProfile, ...context } = securityContext ?? {};
  const mounts = (volumeMounts ?? []).filter((mount) =>
    mountable.some((volume) => volume.name === mount.name),
  );
  return {
    ...member,
    imagePullPolicy: 'IfNotPresent',
    command: ['sleep', '600'],
    securityContext: context,
    volumeMounts: mounts.map(({ subPath, ...mount }) => mount),
  };
}
