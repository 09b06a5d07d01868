import assert from 'node:assert/strict';
import { brief, faultsOf, pod } from './faults.ts';

interface Case {
  readonly text: string;
  readonly faults: readonly string[];
}

const inContainer = (container: string, ...faults: string[]): Case => ({ text: pod({ container }), faults });
const inSpec = (spec: string, ...faults: string[]): Case => ({ text: pod({ spec }), faults });
const at = (path: string) => `spec.containers[0].${path}`;
const volume = (source: string, ...faults: string[]): Case =>
  inSpec(`volumes:\n- {name: v, ${source}}`, ...faults);

const cases: Record<string, Record<string, Case>> = {
  types: {
    'a number for a string': inContainer('workingDir: 5', `WRONG_TYPE 9 ${at('workingDir')}`),
    'a string for a number': inContainer(
      'ports: [{containerPort: "80"}]',
      `WRONG_TYPE 9 ${at('ports[0].containerPort')}`,
    ),
    'a fraction for a number': inContainer(
      'ports: [{containerPort: 80.5}]',
      `WRONG_TYPE 9 ${at('ports[0].containerPort')}`,
    ),
    'numbers written as Kubernetes takes them': inContainer(
      'ports: [{containerPort: 80.0}, {containerPort: 8.1e1}, {containerPort: 082}]',
    ),
    'a string for a truth': inContainer('tty: "true"', `WRONG_TYPE 9 ${at('tty')}`),
    'a map for a list': inContainer('env: {A: "1"}', `WRONG_TYPE 9 ${at('env')}`),
    'a list for a map': inContainer('resources: []', `WRONG_TYPE 9 ${at('resources')}`),
    'a number beyond 32 bits': inContainer(
      'ports: [{containerPort: 3000000000}]',
      `BAD_VALUE 9 ${at('ports[0].containerPort')}`,
    ),
    'a number beyond 64 bits': inSpec(
      'terminationGracePeriodSeconds: 99999999999999999999',
      'BAD_VALUE 9 spec.terminationGracePeriodSeconds',
    ),
    'null for a field': inContainer('command: null\nresources: ~\nenv:'),
    'a required field': inContainer('env: [{value: a}]', `MISSING_FIELD 9 ${at('env[0].name')}`),
    'a key in another case': inSpec('HostNetwork: true', 'UNKNOWN_FIELD 9 spec.HostNetwork'),
  },
  containers: {
    'no containers': {
      text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n',
      faults: ['MISSING_FIELD 4 spec.containers'],
    },
    'no spec': { text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n', faults: ['MISSING_FIELD 1 spec'] },
    'no image': inSpec('initContainers: [{name: i}]', 'MISSING_FIELD 9 spec.initContainers[0].image'),
    'a pull policy nearly right': inContainer(
      'imagePullPolicy: ifnotpresent',
      `BAD_VALUE 9 ${at('imagePullPolicy')}`,
    ),
    'a probe of an init container': inSpec(
      'initContainers: [{name: i, image: x, livenessProbe: {tcpSocket: {port: 1}}}]',
      'CONFLICT 9 spec.initContainers[0].livenessProbe',
    ),
    'a probe of a sidecar': inSpec(
      'initContainers: [{name: i, image: x, restartPolicy: Always, startupProbe: {tcpSocket: {port: 1}}}]',
    ),
    'a name shared by init and main': inSpec(
      'initContainers: [{name: main, image: x}]',
      'DUPLICATE 7 spec.containers[0].name',
    ),
  },
  ports: {
    'the same name twice': inContainer(
      'ports: [{name: a, containerPort: 1}, {name: a, containerPort: 2}]',
      `DUPLICATE 9 ${at('ports[1].name')}`,
    ),
    'a name too long': inContainer(
      'ports: [{name: abcdefghijklmnop, containerPort: 1}]',
      `BAD_VALUE 9 ${at('ports[0].name')}`,
    ),
    'port 0': inContainer('ports: [{containerPort: 0}]', `BAD_VALUE 9 ${at('ports[0].containerPort')}`),
    'a host port twice': inContainer(
      'ports: [{containerPort: 1, hostPort: 80}, {containerPort: 2, hostPort: 80, protocol: TCP}]',
      `DUPLICATE 9 ${at('ports[1].hostPort')}`,
    ),
    'one number for both protocols': inContainer(
      'ports: [{containerPort: 1, hostPort: 80}, {containerPort: 1, hostPort: 80, protocol: UDP}]',
    ),
    'no address': inContainer(
      'ports: [{containerPort: 1, hostPort: 80, hostIP: localhost}]',
      `BAD_VALUE 9 ${at('ports[0].hostIP')}`,
    ),
  },
  environment: {
    'value and valueFrom': inContainer(
      'env: [{name: A, value: b, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]',
      `CONFLICT 9 ${at('env[0].valueFrom')}`,
    ),
    'two sources': inContainer(
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, secretKeyRef: {name: a, key: b}}}]',
      `CONFLICT 9 ${at('env[0].valueFrom.secretKeyRef')}`,
    ),
    'no source': inContainer('env: [{name: A, valueFrom: {}}]', `MISSING_FIELD 9 ${at('env[0].valueFrom')}`),
    'a name with =': inContainer('env: [{name: A=b, value: c}]', `BAD_VALUE 9 ${at('env[0].name')}`),
    'a field that is none': inContainer(
      'env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]',
      `BAD_VALUE 9 ${at('env[0].valueFrom.fieldRef.fieldPath')}`,
    ),
    'a resource that is none': inContainer(
      'env: [{name: A, valueFrom: {resourceFieldRef: {resource: memory}}}]',
      `BAD_VALUE 9 ${at('env[0].valueFrom.resourceFieldRef.resource')}`,
    ),
    'a divisor that is none': inContainer(
      'env: [{name: A, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1Mi}}}]',
      `BAD_VALUE 9 ${at('env[0].valueFrom.resourceFieldRef.divisor')}`,
    ),
    'envFrom without a source': inContainer('envFrom: [{prefix: A_}]', `MISSING_FIELD 9 ${at('envFrom[0]')}`),
  },
  mounts: {
    'a path that climbs': {
      text: pod({
        container: 'volumeMounts: [{name: v, mountPath: /a, subPath: ../b}]',
        spec: 'volumes: [{name: v, emptyDir: {}}]',
      }),
      faults: [`BAD_VALUE 9 ${at('volumeMounts[0].subPath')}`],
    },
    'one place in two spellings': {
      text: pod({
        container: 'volumeMounts: [{name: v, mountPath: /a}, {name: v, mountPath: /a/}]',
        spec: 'volumes: [{name: v, emptyDir: {}}]',
      }),
      faults: [`DUPLICATE 9 ${at('volumeMounts[1].mountPath')}`],
    },
    'an unused volume': volume('emptyDir: {}'),
  },
  volumes: {
    'two sources': volume('emptyDir: {}, hostPath: {path: /a}', 'CONFLICT 10 spec.volumes[0].hostPath'),
    'no source, which is an emptyDir': inSpec('volumes:\n- name: v', 'SUSPICIOUS? 10 spec.volumes[0]'),
    'the same name twice': inSpec(
      'volumes:\n- {name: v, emptyDir: {}}\n- {name: v, emptyDir: {}}',
      'DUPLICATE 11 spec.volumes[1].name',
    ),
    'a host path that climbs': volume(
      'hostPath: {path: /a/../b}',
      'BAD_VALUE 10 spec.volumes[0].hostPath.path',
    ),
    'a relative host path': volume('hostPath: {path: ./a}', 'SUSPICIOUS? 10 spec.volumes[0].hostPath.path'),
    'a type nearly right': volume(
      'hostPath: {path: /a, type: directory}',
      'BAD_VALUE 10 spec.volumes[0].hostPath.type',
    ),
    'a medium that is none': volume(
      'emptyDir: {medium: Disk}',
      'BAD_VALUE 10 spec.volumes[0].emptyDir.medium',
    ),
    'a size that is none': volume(
      'emptyDir: {sizeLimit: 1 GB}',
      'BAD_VALUE 10 spec.volumes[0].emptyDir.sizeLimit',
    ),
    'a decimal mode': volume(
      'secret: {secretName: s, defaultMode: 644}',
      'BAD_VALUE 10 spec.volumes[0].secret.defaultMode',
    ),
    'an octal mode': volume('secret: {secretName: s, defaultMode: 0644}'),
    'an absolute item': volume(
      'configMap: {name: c, items: [{key: a, path: /a}]}',
      'BAD_VALUE 10 spec.volumes[0].configMap.items[0].path',
    ),
  },
  resources: {
    'a request above its limit': inContainer(
      'resources: {requests: {memory: 1Gi}, limits: {memory: 512Mi}}',
      `CONFLICT 9 ${at('resources.requests.memory')}`,
    ),
    'a negative amount': inContainer(
      'resources: {limits: {cpu: -1}}',
      `BAD_VALUE 9 ${at('resources.limits.cpu')}`,
    ),
    'a resource nearly right': inContainer(
      'resources: {limits: {memroy: 1Gi}}',
      `BAD_VALUE 9 ${at('resources.limits.memroy')}`,
    ),
    'amounts as Kubernetes takes them': inContainer(
      'resources: {limits: {cpu: .5, memory: " 1Gi", ephemeral-storage: 9223372036854775808, vendor.test/x: 1}}',
    ),
  },
  probes: {
    'no handler': inContainer(
      'readinessProbe: {periodSeconds: 1}',
      `MISSING_FIELD 9 ${at('readinessProbe')}`,
    ),
    'a port that is none': inContainer(
      'livenessProbe: {tcpSocket: {port: 0}}',
      `BAD_VALUE 9 ${at('livenessProbe.tcpSocket.port')}`,
    ),
    'a port that nobody named': inContainer(
      'livenessProbe: {tcpSocket: {port: web}}',
      `SUSPICIOUS? 9 ${at('livenessProbe.tcpSocket.port')}`,
    ),
    'a scheme in lower case': inContainer(
      'livenessProbe: {httpGet: {port: 80, scheme: https}}',
      `BAD_VALUE 9 ${at('livenessProbe.httpGet.scheme')}`,
    ),
    'a period below 0': inContainer(
      'livenessProbe: {exec: {command: [a]}, periodSeconds: -1}',
      `BAD_VALUE 9 ${at('livenessProbe.periodSeconds')}`,
    ),
    'a hook with two handlers': inContainer(
      'lifecycle: {preStop: {exec: {command: [a]}, sleep: {seconds: 1}}}',
      `CONFLICT 9 ${at('lifecycle.preStop.sleep')}`,
    ),
  },
  security: {
    'privileged without escalation': inContainer(
      'securityContext: {privileged: true, allowPrivilegeEscalation: false}',
      `CONFLICT 9 ${at('securityContext.allowPrivilegeEscalation')}`,
    ),
    'root that must not be root': inContainer(
      'securityContext: {runAsNonRoot: true, runAsUser: 0}',
      `CONFLICT 9 ${at('securityContext.runAsUser')}`,
    ),
    'a user below 0': inSpec(
      'securityContext: {runAsUser: -1}',
      'BAD_VALUE 9 spec.securityContext.runAsUser',
    ),
    'a capability with its prefix': inContainer(
      'securityContext: {capabilities: {add: [CAP_CHOWN]}}',
      `SUSPICIOUS? 9 ${at('securityContext.capabilities.add[0]')}`,
    ),
    'a profile without its file': inSpec(
      'securityContext: {seccompProfile: {type: Localhost}}',
      'MISSING_FIELD 9 spec.securityContext.seccompProfile.localhostProfile',
    ),
    'an absolute profile': inSpec(
      'securityContext: {seccompProfile: {type: Localhost, localhostProfile: /a}}',
      'BAD_VALUE 9 spec.securityContext.seccompProfile.localhostProfile',
    ),
    'a sysctl of the host': inSpec(
      'hostNetwork: true\nsecurityContext: {sysctls: [{name: net.ipv4.ip_forward, value: "1"}]}',
      'CONFLICT 10 spec.securityContext.sysctls[0].name',
    ),
  },
  pods: {
    'a restart policy nearly right': inSpec('restartPolicy: onfailure', 'BAD_VALUE 9 spec.restartPolicy'),
    'a DNS policy that needs a server': inSpec('dnsPolicy: None', 'MISSING_FIELD 9 spec.dnsPolicy'),
    'four name servers': inSpec(
      'dnsConfig: {nameservers: [1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]}',
      'BAD_VALUE 9 spec.dnsConfig.nameservers',
    ),
    'a name server that is none': inSpec(
      'dnsConfig: {nameservers: [dns.test]}',
      'BAD_VALUE 9 spec.dnsConfig.nameservers[0]',
    ),
    'a host name that is none': inSpec('hostname: My.Host', 'BAD_VALUE 9 spec.hostname'),
    'an alias without an address': inSpec(
      'hostAliases: [{ip: here, hostnames: [a]}]',
      'BAD_VALUE 9 spec.hostAliases[0].ip',
    ),
    'the processes of the host and of the pod': inSpec(
      'hostPID: true\nshareProcessNamespace: true',
      'CONFLICT 10 spec.shareProcessNamespace',
    ),
    'a grace period below 0': inSpec(
      'terminationGracePeriodSeconds: -1',
      'BAD_VALUE 9 spec.terminationGracePeriodSeconds',
    ),
  },
};

const kinds: Record<string, Case> = {
  'a claim without anything': {
    text: 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {}\n',
    faults: ['MISSING_FIELD 4 spec.accessModes', 'MISSING_FIELD 4 spec.resources'],
  },
  'a claim of nothing': {
    text: 'apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 0}}}\n',
    faults: ['BAD_VALUE 4 spec.resources.requests.storage'],
  },
  'a key of a ConfigMap': {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a/b: c}\n',
    faults: ["BAD_VALUE 4 data['a/b']"],
  },
  'a key in data and binaryData': {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\nbinaryData: {a: AA==}\n',
    faults: ['DUPLICATE 5 binaryData.a'],
  },
  'a value of null in a ConfigMap': {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: }\n',
    faults: [],
  },
  'a Secret without the keys of its type': {
    text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ntype: kubernetes.io/tls\nstringData: {tls.crt: a}\n',
    faults: ['MISSING_FIELD 1 data'],
  },
  'a Deployment whose labels do not match': {
    text: `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replicas: -1
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: b}}
    spec: {restartPolicy: Never, containers: [{name: c, image: x}]}
`,
    faults: [
      'BAD_VALUE 5 spec.replicas',
      'CONFLICT 8 spec.template.metadata.labels',
      'BAD_VALUE 9 spec.template.spec.restartPolicy',
    ],
  },
  'a Deployment of more pods than a machine has addresses for': {
    text: `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  replicas: 2147483647
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: c, image: x}]}
`,
    faults: ['BAD_VALUE 5 spec.replicas'],
  },
  'a Deployment without a selector': {
    text: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {containers: [{name: c, image: x}]}}}\n',
    faults: ['MISSING_FIELD 4 spec.selector'],
  },
  'an object without a name': {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {}}\n',
    faults: ['MISSING_FIELD 3 metadata'],
  },
  'an object without metadata': {
    text: 'apiVersion: v1\nkind: ConfigMap\n',
    faults: ['MISSING_FIELD 1 metadata'],
  },
  'one object twice': {
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    faults: ['DUPLICATE 7 metadata.name'],
  },
  'a kind that is not acted on': {
    text: 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n',
    faults: ['NOT_ACTED_ON? 2 kind'],
  },
  "somebody else's kind": {
    text: 'apiVersion: example.test/v1\nkind: Service\nmetadata: {name: a}\n',
    faults: ['UNSUPPORTED? 2 kind'],
  },
};

describe('kube/rules', () => {
  for (const [subject, table] of Object.entries({ ...cases, 'other kinds': kinds })) {
    describe(subject, () => {
      for (const [title, { text, faults }] of Object.entries(table)) {
        it(title, () => assert.deepEqual(faultsOf(text).map(brief), faults));
      }
    });
  }
});
