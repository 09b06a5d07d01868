/** A manifest that `play kube` refuses, or warns about, before it makes anything. */
export interface BadManifest {
  readonly title: string;
  readonly text: string | Uint8Array;
  /** `line:column` of each fault, in order. */
  readonly places: readonly string[];
  /** The few words that carry the facts. */
  readonly words: readonly (string | RegExp)[];
  /** Words that must not be shown. */
  readonly never?: readonly string[];
}

/** A pod whose only container starts on line 6; `spec` stands below it, from line 7 on. */
export function pod(container = '', spec = ''): string {
  const more = spec === '' ? '' : `${spec.trimEnd()}\n`.replace(/^(?=.)/gm, '  ');
  const own = container === '' ? '' : `\n${container.trimEnd()}`.replace(/\n/g, '\n    ');
  return `apiVersion: v1
kind: Pod
metadata: {name: bad}
spec:
  containers:
  - name: main
    image: localhost/busybox${own}
${more}`;
}

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n';

const bomb = Array.from({ length: 10 }, (_, level) => {
  const items = Array(9).fill(level === 0 ? '1' : `*a${level - 1}`);
  return `x${level}: &a${level} [${items.join(',')}]\n`;
}).join('');

const syntax: readonly BadManifest[] = [
  {
    title: 'a tab in the indentation',
    text: 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: bad\n',
    places: ['4:1'],
    words: ['tab'],
  },
  { title: 'a no-break space', text: `${head}data:\n  a:\u00a0b\n`, places: ['5:4'], words: ['U+00A0'] },
  {
    title: 'a quote that is not closed',
    text: `${head}data:\n  a: "b\n  c: d\n`,
    places: ['5:6'],
    words: ['quote'],
  },
  {
    title: 'a brace that is not closed',
    text: `${head}data: {a: b\n`,
    places: ['4:7'],
    words: ['{', 'not closed'],
  },
  {
    title: 'a control character',
    text: `${head}data: {a: "b\u0001"}\n`,
    places: ['4:13'],
    words: ['U+0001'],
  },
  {
    title: 'an alias without its anchor',
    text: `${head}data: *nowhere\n`,
    places: ['4:7'],
    words: ['nowhere'],
  },
  { title: 'an alias bomb', text: `${head}${bomb}`, places: ['4:16'], words: ['alias', '100000'] },
  {
    title: 'nesting without an end',
    text: `${head}data: ${'['.repeat(5000)}\n`,
    places: ['4:518'],
    words: ['512'],
  },
  { title: 'a key twice', text: `${head}data:\n  a: "1"\n  a: "2"\n`, places: ['6:3'], words: ['a', '5'] },
  { title: 'an empty file', text: '', places: ['1:1'], words: ['nothing to play'] },
  { title: 'comments only', text: '# a\n# b\n', places: ['1:1'], words: ['nothing to play'] },
  {
    title: 'a binary file',
    text: new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0xff, 0xfe]),
    places: [],
    words: ['UTF-8', 'line 1'],
  },
  {
    title: 'bytes that are not UTF-8',
    text: Buffer.from('apiVersion: v1\nkind: Pod\nmetadata: {name: caf\xe9}\n', 'latin1'),
    places: [],
    words: ['UTF-8', 'line 3'],
  },
  { title: 'a scalar', text: 'hello\n', places: ['1:1'], words: [] },
  { title: 'a list', text: '- a\n- b\n', places: ['1:1'], words: [] },
];

const shapes: readonly BadManifest[] = [
  {
    title: 'a number for a string',
    text: pod('env: [{name: PORT, value: 8080}]'),
    places: ['8:31'],
    words: ['string', '8080', 'spec.containers[0].env[0].value'],
  },
  {
    title: 'a boolean for a string',
    text: pod('env:\n- name: DEBUG\n  value: yes'),
    places: ['10:14'],
    words: ['string', 'yes'],
  },
  {
    title: 'a string for a list',
    text: pod('command: sh -c true'),
    places: ['8:14'],
    words: ['list', 'sh -c true'],
  },
  { title: 'a map for a list', text: pod('', 'volumes: {data: {}}'), places: ['8:3'], words: ['list'] },
  {
    title: 'a string for a number',
    text: pod('ports: [{containerPort: "80"}]'),
    places: ['8:29'],
    words: ['number', '80'],
  },
  {
    title: 'no containers',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {}\n',
    places: ['4:1'],
    words: ['containers'],
  },
  {
    title: 'a container without a name',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\nspec: {containers: [{image: x}]}\n',
    places: ['4:21'],
    words: ['name'],
  },
  {
    title: 'no spec',
    text: 'apiVersion: v1\nkind: Pod\nmetadata: {name: bad}\n',
    places: ['1:1'],
    words: ['spec'],
  },
  {
    title: 'a misspelt field',
    text: pod('imagePullPolcy: Never'),
    places: ['8:5'],
    words: ['imagePullPolcy', 'imagePullPolicy'],
  },
  {
    title: 'a restart policy that is none',
    text: pod('restartPolicy: Sometimes'),
    places: ['8:20'],
    words: ['Sometimes', 'Always'],
  },
  {
    title: 'a kind in lower case',
    text: 'apiVersion: v1\nkind: pod\nmetadata: {name: bad}\n',
    places: ['2:7'],
    words: ['pod', 'Pod'],
  },
  {
    title: 'a wrong apiVersion',
    text: 'apiVersion: v1\nkind: Deployment\nmetadata: {name: bad}\nspec: {}\n',
    places: ['1:13'],
    words: ['apps/v1'],
  },
  { title: 'no kind', text: 'apiVersion: v1\nmetadata: {name: bad}\n', places: ['1:1'], words: ['kind'] },
  {
    title: 'no apiVersion',
    text: 'kind: Pod\nmetadata: {name: bad}\nspec: {containers: [{name: a, image: b}]}\n',
    places: ['1:1'],
    words: ['apiVersion'],
  },
  {
    title: 'a kind that is not played',
    text: 'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 80}]}\n',
    places: ['1:1'],
    words: ['nothing to play'],
  },
];

const names: readonly BadManifest[] = [
  {
    title: 'a name in capitals',
    text: pod().replace('name: bad', 'name: My_App'),
    places: ['3:18'],
    words: ['My_App', 'my-app'],
  },
  {
    title: 'a name that is too long',
    text: pod().replace('name: bad', `name: ${'x'.repeat(254)}`),
    places: ['3:18'],
    words: ['253'],
  },
  {
    title: 'two containers of one name',
    text: pod('', '- {name: main, image: localhost/busybox}'),
    places: ['8:12'],
    words: ['main'],
  },
  { title: 'two pods of one name', text: `${pod()}---\n${pod()}`, places: ['11:18'], words: ['bad'] },
  {
    title: 'a label that is none',
    text: pod().replace('name: bad', 'name: bad, labels: {app: "a b"}'),
    places: ['3:37'],
    words: ['label', 'a-b'],
  },
  {
    title: 'a variable that is no name',
    text: pod('env: [{name: "A=B", value: x}]'),
    places: ['8:18'],
    words: ['A=B'],
  },
];

const references: readonly BadManifest[] = [
  {
    title: 'a ConfigMap that is missing',
    text: pod('env: [{name: A, valueFrom: {configMapKeyRef: {name: absent, key: k}}}]'),
    places: ['8:33'],
    words: ['ConfigMap', 'absent', 'A'],
  },
  {
    title: 'a key that is missing',
    text: `${head}data: {a: b}\n---\n${pod('env: [{name: A, valueFrom: {configMapKeyRef: {name: settings, key: k}}}]')}`,
    places: ['13:33'],
    words: ['settings', 'key k'],
  },
  {
    title: 'a Secret that is missing',
    text: pod('envFrom: [{secretRef: {name: absent}}]'),
    places: ['8:16'],
    words: ['Secret', 'absent'],
  },
  {
    title: 'a claim that is missing',
    text: pod(
      'volumeMounts: [{name: v, mountPath: /d}]',
      'volumes: [{name: v, persistentVolumeClaim: {claimName: absent}}]',
    ),
    places: ['9:23'],
    words: ['PersistentVolumeClaim', 'absent'],
  },
  {
    title: 'a ConfigMap of a volume that is missing',
    text: pod('volumeMounts: [{name: v, mountPath: /d}]', 'volumes: [{name: v, configMap: {name: absent}}]'),
    places: ['9:23'],
    words: ['ConfigMap', 'absent', 'volume v'],
  },
  {
    title: 'a volume that is missing',
    text: pod('volumeMounts: [{name: v, mountPath: /d}]'),
    places: ['8:27'],
    words: ['v'],
  },
  {
    title: 'a Secret with bad base64',
    text: 'apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\ndata: {token: "hunter2!"}\n',
    places: ['4:15'],
    words: ['base64', 'token'],
    never: ['hunter2'],
  },
];

const deployment = (replicas: number, ports: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: many}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: many}}
  template:
    metadata: {labels: {app: many}}
    spec: {containers: [{name: main, image: localhost/busybox, ports: [${ports}]}]}
`;

const values: readonly BadManifest[] = [
  {
    title: 'replicas that share a port of the host',
    text: deployment(2, '{containerPort: 80, hostPort: 28080}'),
    places: ['9:102'],
    words: ['28080', '2 replicas'],
  },
  {
    title: 'a host port on one address and on all',
    text: `${pod('ports: [{containerPort: 80, hostPort: 28080, hostIP: 127.0.0.1}]')}---\n${deployment(1, '{containerPort: 80, hostPort: 28080}')}`,
    places: ['18:102'],
    words: ['28080', 'Pod bad', 'line 8'],
  },
  {
    title: 'a workingDir that is relative',
    text: pod('workingDir: data'),
    places: ['8:17'],
    words: ['"data"', 'absolute'],
  },
  {
    title: 'an image in capitals',
    text: pod().replace('localhost/busybox', 'docker.io/Library/App'),
    places: ['7:12'],
    words: ['docker.io/Library/App', 'docker.io/library/app'],
  },
  {
    title: 'a port out of range',
    text: pod('ports: [{containerPort: 70000}]'),
    places: ['8:29'],
    words: ['70000', '65535'],
  },
  {
    title: 'a host port out of range',
    text: pod('ports: [{containerPort: 80, hostPort: -1}]'),
    places: ['8:43'],
    words: ['-1'],
  },
  {
    title: 'a protocol in lower case',
    text: pod('ports: [{containerPort: 80, protocol: tcp}]'),
    places: ['8:43'],
    words: ['tcp', 'TCP'],
  },
  {
    title: 'a host port twice in a pod',
    text: pod('ports: [{containerPort: 80, hostPort: 28080}, {containerPort: 81, hostPort: 28080}]'),
    places: ['8:81'],
    words: ['28080'],
  },
  {
    title: 'a host port twice in a file',
    text: `${pod('ports: [{containerPort: 80, hostPort: 28080}]')}---\n${pod('ports: [{containerPort: 80, hostPort: 28080}]').replace('name: bad', 'name: other')}`,
    places: ['17:43'],
    words: ['28080', 'bad'],
  },
  {
    title: 'other ports in the network of the host',
    text: pod('ports: [{containerPort: 80, hostPort: 81}]', 'hostNetwork: true'),
    places: ['8:43'],
    words: ['81', '80'],
  },
  {
    title: 'an address that is none',
    text: pod('ports: [{containerPort: 80, hostPort: 81, hostIP: 1.2.3}]'),
    places: ['8:55'],
    words: ['1.2.3'],
  },
  {
    title: 'a quantity that is none',
    text: pod('resources: {limits: {memory: 64MB}}'),
    places: ['8:34'],
    words: ['64MB', '64M'],
  },
  {
    title: 'a negative quantity',
    text: pod('resources: {limits: {cpu: -1}}'),
    places: ['8:31'],
    words: ['-1'],
  },
  {
    title: 'a request above its limit',
    text: pod('resources: {limits: {memory: 1Mi}, requests: {memory: 2Mi}}'),
    places: ['8:59'],
    words: ['2Mi', '1Mi'],
  },
  {
    title: 'a mountPath that is relative',
    text: pod('volumeMounts: [{name: v, mountPath: data:x}]', 'volumes: [{name: v, emptyDir: {}}]'),
    places: ['8:41'],
    words: ['data:x'],
  },
  {
    title: 'a subPath that goes up',
    text: pod(
      'volumeMounts: [{name: v, mountPath: /d, subPath: ../x}]',
      'volumes: [{name: v, emptyDir: {}}]',
    ),
    places: ['8:54'],
    words: ['../x'],
  },
  {
    title: 'two sources in one volume',
    text: pod('', 'volumes: [{name: v, emptyDir: {}, hostPath: {path: /x}}]'),
    places: ['8:37'],
    words: ['emptyDir', 'hostPath'],
  },
  {
    title: 'an unknown type of a hostPath',
    text: pod('', 'volumes: [{name: v, hostPath: {path: /x, type: Folder}}]'),
    places: ['8:50'],
    words: ['Folder', 'Directory'],
  },
  {
    title: 'a pull policy that is none',
    text: pod('imagePullPolicy: never'),
    places: ['8:22'],
    words: ['never', 'Never'],
  },
  {
    title: 'an image that is no reference',
    text: pod().replace('localhost/busybox', 'Local Host/x'),
    places: ['7:12'],
    words: ['Local Host/x'],
  },
  {
    title: 'an unknown field beside a wrong value',
    text: pod('securityContext: {capabilities: {added: [NET_ADMIN]}}', '').concat('  restartPolicy: Maybe\n'),
    places: ['9:18'],
    words: ['added', 'add'],
  },
  {
    title: 'a user below zero',
    text: pod('securityContext: {runAsUser: -1}'),
    places: ['8:34'],
    words: ['-1'],
  },
  {
    title: 'a grace period below zero',
    text: pod('', 'terminationGracePeriodSeconds: -5'),
    places: ['8:34'],
    words: ['-5'],
  },
];

/** One manifest with eight faults, which are all told at once. */
const eight: BadManifest = {
  title: 'eight faults at once',
  text: `apiVersion: v1
kind: Pod
metadata: {name: Bad_One}
spec:
  restartPolicy: Sometimes
  containers:
  - name: UPPER
    image: 42
    command: sh
    ports: [{containerPort: 99999}]
    env: [{name: A, value: 1}]
    resources: {limits: {memory: lots}}
    volumeMounts: [{name: nowhere, mountPath: /x}]
`,
  places: ['3:18', '5:18', '7:11', '8:12', '9:14', '10:29', '11:28', '12:34', '13:27'],
  words: ['faults'],
};

export const badManifests: Readonly<Record<string, readonly BadManifest[]>> = {
  syntax,
  shapes,
  names,
  references,
  values,
  together: [eight],
};
