import { strict as assert } from 'node:assert';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Machine } from './machine.ts';
import { manifest } from './manifest.ts';

interface Refusal {
  readonly title: string;
  readonly text: string;
  /** Lines with a fault, in order. */
  readonly lines: readonly number[];
  /** What a person has to be told. */
  readonly words: readonly string[];
}

const pod = (container: string, rest = '') => manifest`
  apiVersion: v1
  kind: Pod
  metadata:
    name: refused
  spec:
    containers:
    - name: main
      image: localhost/busybox:latest
      command: [sh, -c, "sleep 600"]
      ${container}
    ${rest}
`;

const refusals: readonly Refusal[] = [
  {
    title: 'C10 a required ConfigMap is missing',
    text: pod('env: [{name: A, valueFrom: {configMapKeyRef: {name: absent, key: a}}}]'),
    lines: [10],
    words: ['absent', 'main', 'A'],
  },
  {
    title: 'C12 an unquoted number and an unquoted boolean as values',
    text: pod('env: [{name: PORT, value: 8080},\n            {name: DEBUG, value: y}]'),
    lines: [10, 11],
    words: ['"8080"', '"y"'],
  },
  {
    title: 'C18 items name a missing key',
    text: manifest`
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: cfg}
      data:
        a: "1"
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: cm-nokey
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: [sh, -c, "sleep 600"]
          volumeMounts: [{name: v, mountPath: /c}]
        volumes:
        - name: v
          configMap: {name: cfg, items: [{key: zzz, path: z}]}
    `,
    lines: [19],
    words: ['volume v', 'cfg', 'zzz'],
  },
  {
    title: 'C25 invalid base64 in a Secret',
    text: manifest`
      apiVersion: v1
      kind: Secret
      metadata: {name: bad}
      data: {token: "not base64!"}
    `,
    lines: [4],
    words: ['bad', 'token', 'stringData'],
  },
  {
    title: 'C30 a hostPath type that does not exist',
    text: pod('', 'volumes: [{name: h, hostPath: {path: /tmp, type: Folder}}]'),
    lines: [11],
    words: ['Directory'],
  },
  {
    title: 'C36 a mount of an undefined volume',
    text: pod('volumeMounts: [{name: typo, mountPath: /x}]', 'volumes: [{name: tpyo, emptyDir: {}}]'),
    lines: [10],
    words: ['typo', 'tpyo'],
  },
  {
    title: 'C37 two mounts at one path',
    text: pod(
      'volumeMounts: [{name: a, mountPath: /x},\n                     {name: b, mountPath: /x}]',
      'volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]',
    ),
    lines: [11],
    words: ['/x', 'line 10'],
  },
  {
    title: 'C45 a command as a string and a number in args',
    text: manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: cmd-str
      spec:
        containers:
        - name: main
          image: localhost/busybox:latest
          command: sleep
          args: [600]
    `,
    lines: [9, 10],
    words: ['["sleep"]', '"600"'],
  },
  {
    title: 'C48 one container name twice',
    text: manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        initContainers:
        - {name: b, image: localhost/busybox:latest}
        containers:
        - {name: web, image: localhost/busybox:latest, command: [sleep, "600"]}
        - {name: web, image: localhost/busybox:latest, command: [sleep, "600"]}
        - {name: b, image: localhost/busybox:latest, command: [sleep, "600"]}
    `,
    lines: [9, 10],
    words: ['web', 'line 8', 'line 6'],
  },
  {
    title: 'C55 privileged without escalation',
    text: pod('securityContext: {privileged: true, allowPrivilegeEscalation: false}'),
    lines: [10],
    words: ['privileged'],
  },
  {
    title: 'C58 a profile outside of the folder of profiles',
    text: pod('securityContext: {seccompProfile: {type: Localhost, localhostProfile: ../x.json}}'),
    lines: [10],
    words: ['../x.json'],
  },
  {
    title: 'C60 a sysctl of the network with hostNetwork',
    text: pod(
      '',
      'hostNetwork: true\n    securityContext: {sysctls: [{name: net.core.somaxconn, value: "80"}]}',
    ),
    lines: [12],
    words: ['net.core.somaxconn', 'hostNetwork'],
  },
  {
    title: 'C60 an unquoted sysctl',
    text: pod('', 'securityContext: {sysctls: [{name: net.core.somaxconn, value: 80}]}'),
    lines: [11],
    words: ['"80"'],
  },
  {
    title: 'C63 units that are near misses',
    text: pod('resources: {limits: {memory: 6GiB}, requests: {memory: 1K}}'),
    lines: [10, 10],
    words: ['6Gi', '1k', '1Ki'],
  },
  {
    title: 'C69 two handlers, and a successThreshold on liveness',
    text: pod('livenessProbe: {tcpSocket: {port: 1}, exec: {command: [x]}, successThreshold: 2}'),
    lines: [10, 10],
    words: ['successThreshold'],
  },
  {
    title: 'C73 wrong ports',
    text: pod(
      'ports: [{containerPort: 80, protocol: tcp}, {containerPort: 111111}, {containerPort: 81, hostPort: "8080-8090"}]',
    ),
    lines: [10, 10, 10],
    words: ['TCP', '65535', 'hostPort'],
  },
  {
    title: 'C75 another hostPort with hostNetwork',
    text: pod('ports: [{containerPort: 18090, hostPort: 18091}]', 'hostNetwork: true'),
    lines: [10],
    words: ['18091', '18090'],
  },
  {
    title: 'C76 dnsPolicy None without nameservers',
    text: pod('', 'dnsPolicy: None'),
    lines: [11],
    words: ['nameserver'],
  },
  {
    title: 'C76 more than three nameservers',
    text: pod('', 'dnsConfig: {nameservers: [192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4]}'),
    lines: [11],
    words: ['3'],
  },
  {
    title: 'C79 names that are too long',
    text: manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: ${'x'.repeat(254)}
      spec:
        containers:
        - {name: ${'y'.repeat(64)}, image: localhost/busybox:latest}
    `,
    lines: [4, 7],
    words: ['253', '63'],
  },
  {
    title: 'C81 shareProcessNamespace with hostPID',
    text: pod('', 'shareProcessNamespace: true\n    hostPID: true'),
    lines: [11],
    words: ['hostPID'],
  },
  {
    title: 'C85 names and labels that Kubernetes refuses',
    text: manifest`
      apiVersion: v1
      kind: Pod
      metadata:
        name: My_App
        labels: {v: 1.0, t: "${'x'.repeat(64)}"}
        annotations: {note: "${'y'.repeat(70)}"}
      spec:
        containers:
        - {name: main_c, image: localhost/busybox:latest}
    `,
    lines: [4, 5, 5, 9],
    words: ['my-app', 'main_c', '"1.0"', '63'],
  },
  {
    title: 'C87 less than no replicas',
    text: manifest`
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: rep}
      spec:
        replicas: -1
        selector:
          matchLabels: {app: rep}
        template:
          metadata:
            labels: {app: rep}
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
    `,
    lines: [5],
    words: ['replicas', '-1'],
  },
  {
    title: 'C91 a Job whose template restarts always',
    text: manifest`
      apiVersion: batch/v1
      kind: Job
      metadata: {name: jb}
      spec:
        template:
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
    `,
    lines: [6],
    words: ['restartPolicy', 'OnFailure', 'Never'],
  },
  {
    title: 'C93 faults inside of a List have their own lines',
    text: manifest`
      apiVersion: v1
      kind: List
      items:
      - apiVersion: v1
        kind: ConfigMap
        metadata: {name: l}
        data: {A: 1}
    `,
    lines: [7],
    words: ['"1"'],
  },
  {
    title: 'C94 a file of comments only',
    text: '# nothing here\n---\n# nor here\n',
    lines: [1],
    words: [],
  },
  {
    title: 'C97 a tab as indentation',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tab\n',
    lines: [4],
    words: ['tab'],
  },
  {
    title: 'C97 two files joined without a new line',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}apiVersion: v1\nkind: ConfigMap\n',
    lines: [3],
    words: [],
  },
  {
    title: 'C99 an alias to another document',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: &m {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: *m\n',
    lines: [7],
    words: ['m'],
  },
  {
    title: 'C102 an alias bomb',
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bomb}\nx0: &x0 [1,1,1,1,1,1,1,1,1]\n${Array.from(
      { length: 9 },
      (_, index) => `x${index + 1}: &x${index + 1} [${Array(9).fill(`*x${index}`).join()}]\n`,
    ).join('')}`,
    lines: [],
    words: ['alias'],
  },
  {
    title: 'C102 ten thousand lists in one another',
    text: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: deep}\nx: ${'['.repeat(10_000)}\n`,
    lines: [4],
    words: [],
  },
  {
    title: 'C103 a wrong apiVersion and an unknown kind',
    text: manifest`
      apiVersion: v1
      kind: Deployment
      metadata: {name: av}
      spec: {}
      ---
      apiVersion: v1
      kind: pod
      metadata: {name: k}
    `,
    lines: [1, 7],
    words: ['apps/v1', 'Pod'],
  },
  {
    title: 'C105 a pasted space that does not break',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name:\u00A0nb\n',
    lines: [4],
    words: ['U+00A0'],
  },
  {
    title: 'C105 a control character',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: n\u0001b\n',
    lines: [4],
    words: [],
  },
  {
    title: 'C46 workdir',
    text: pod('workdir: /tmp'),
    lines: [10],
    words: ['spec.containers[0].workdir', 'workingDir'],
  },
  {
    title: 'C82 restartPolicy under metadata',
    text: pod('').replace('name: refused', 'name: refused\n  restartPolicy: Never'),
    lines: [5],
    words: ['metadata.restartPolicy', 'spec'],
  },
  { title: 'C84 tolerationz', text: pod('', 'tolerationz: []'), lines: [11], words: ['tolerations'] },
  {
    title: 'C90 replicas of a DaemonSet',
    text: manifest`
      apiVersion: apps/v1
      kind: DaemonSet
      metadata: {name: ds}
      spec:
        replicas: 2
        selector:
          matchLabels: {app: ds}
        template:
          metadata:
            labels: {app: ds}
          spec:
            containers:
            - name: main
              image: localhost/busybox:latest
    `,
    lines: [5],
    words: ['spec.replicas'],
  },
];

/** Cases of real bug reports about what must not run: every fault is told, and nothing is made. */
describe('bug cases: refusals', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(async () => {
    try {
      assert.equal(await machine.ok('ps', '-a', '-q'), '');
      assert.equal(await machine.ok('pod', 'ps', '-q'), '');
      assert.equal(existsSync(join(machine.root, 'pod', 'objects')), false, 'no object was stored');
      assert.deepEqual(await machine.leaks(), []);
    } finally {
      await machine[Symbol.asyncDispose]();
    }
  });

  const refuse = async ({ text, lines, words }: Refusal) => {
    const { status, stdout, stderr } = await machine.pod('play', 'kube', machine.file(text));
    assert.equal(status, 125, stderr);
    assert.equal(stdout, '');
    if (lines.length > 0) assert.deepEqual(faultLines(stderr, 'error'), lines, stderr);
    for (const word of words) assert.ok(stderr.includes(word), `${word} is missing in:\n${stderr}`);
    assert.ok(!/[\0-\x08\x0B-\x1F]/.test(stderr), 'no control character reaches the terminal');
  };

  for (const refusal of refusals) it(refusal.title, () => refuse(refusal));

  it('C25 no value of a Secret is printed', async () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\ndata: {token: "not base64!"}\n';
    const { stderr } = await machine.pod('play', 'kube', machine.file(text));
    assert.ok(!stderr.includes('not base64!'), stderr);
  });

  it('C84 a field that nobody meant is dropped with a warning, refused when strict, ignored when asked', async () => {
    const file = machine.file(pod('', 'elsewhere: []'));
    const run = (mode: string) => machine.pod('play', 'kube', '--dry-run', mode, file);
    const [warned, strict, ignored] = [
      await run('--validate=warn'),
      await run('--validate=strict'),
      await run('--validate=ignore'),
    ];
    assert.deepEqual([warned.status, faultLines(warned.stderr, 'warning')], [0, [11]]);
    assert.deepEqual([strict.status, faultLines(strict.stderr, 'error')], [125, [11]]);
    assert.deepEqual([ignored.status, ignored.stderr], [0, '']);
  });

  it('C36 an unused volume is no error', async () => {
    const text = pod('', 'volumes: [{name: unused, emptyDir: {}}]');
    await machine.ok('play', 'kube', '--dry-run', machine.file(text));
  });

  it('C49 a tag decides about pulling, and Never never asks a registry', async () => {
    const text = manifest`
      apiVersion: v1
      kind: Pod
      metadata: {name: pull}
      spec:
        containers:
        - {name: e, image: "registry.test:5000/x:latest", imagePullPolicy: Never}
    `;
    const { status, stderr } = await machine.pod('play', 'kube', machine.file(text));
    assert.equal(status, 125);
    for (const word of ['registry.test:5000/x:latest', 'Never']) assert.ok(stderr.includes(word), stderr);
    const local = text.replace('registry.test:5000/x:latest', 'localhost/absent').replace('Never', 'Always');
    const absent = await machine.pod('play', 'kube', machine.file(local));
    assert.equal(absent.status, 125);
    assert.ok(absent.stderr.includes('localhost/absent'), absent.stderr);
  });

  it('C94 separators with a comment, a space or indentation', async () => {
    const text = [
      '---',
      '# nothing here',
      '---',
      '',
      '--- # note',
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: {name: e1}',
      'data:',
      '  s: |',
      '    ---',
      '    not: a separator',
      '--- ',
      'apiVersion: v1',
      'kind: ConfigMap',
      'metadata: {name: e2}',
      'data:',
      '  a: "1"',
      '---',
      '',
    ].join('\n');
    const planned = await machine.ok('play', 'kube', '--dry-run', machine.file(text));
    assert.deepEqual(planned.match(/default\/e\d/g), ['default/e1', 'default/e2']);
  });

  it('C102 2000 pods are read in bounded time', async () => {
    const text = Array.from({ length: 2000 }, (_, index) => pod('').replace('refused', `p${index}`)).join(
      '---\n',
    );
    const planned = await machine.ok('play', 'kube', '--dry-run', machine.file(text));
    assert.equal(planned.match(/^ {2}Pod /gm)?.length, 2000);
  });
});

/** Lines of the findings of a severity, in the order in which they are told. */
function faultLines(stderr: string, severity: 'error' | 'warning'): readonly number[] {
  return [...stderr.matchAll(new RegExp(`^[^\\s:]+:(\\d+):\\d+: ${severity}:`, 'gm'))].map(([, line]) =>
    Number(line),
  );
}
