import assert from 'node:assert/strict';
import type { LocatedObject } from '../../../src/kube/located.ts';
import { missingReferences } from '../../../src/kube/references.ts';
import type { ConfigMap, Container, KubeObject, Pod } from '../../../src/kube/wire.ts';
import { brief, faultsOf, pod, read } from './faults.ts';

const map = (name: string, rest = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n${rest}`;
const own = (text: string): Container => {
  const [container] = object<Pod>(read(text).objects[0]).spec.containers;
  assert.ok(container);
  return container;
};
function object<T extends KubeObject>(located: LocatedObject | undefined): T {
  assert.ok(located);
  return located.object as T;
}
const missing = (objects: readonly LocatedObject[]) => missingReferences(objects, () => undefined);

/** Cases of real bug reports that end with reading and checking; the ids are those of the list they come from. */
describe('bug cases of manifests', () => {
  it('C10 a missing ConfigMap is named with the variable and the line', () => {
    const text = pod({ container: 'env: [{name: A, valueFrom: {configMapKeyRef: {name: absent, key: a}}}]' });
    const [fault, ...others] = missing(read(text).objects);
    assert.deepEqual(others, []);
    assert.ok(fault);
    assert.equal(brief(fault), 'REFERENCE_MISSING 9 spec.containers[0].env[0].valueFrom.configMapKeyRef');
    for (const word of ['absent', 'main', 'A']) assert.ok(fault.message.includes(word));
  });

  it('C12 an unquoted number or boolean is no environment value, unlike a time or a date', () => {
    const text = pod({ container: 'env:\n- name: PORT\n  value: 8080\n- name: DEBUG\n  value: y' });
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(brief), [
      'WRONG_TYPE 11 spec.containers[0].env[0].value',
      'WRONG_TYPE 13 spec.containers[0].env[1].value',
    ]);
    assert.deepEqual(
      faults.map(({ source, column, length }) => source.slice(column - 1, column - 1 + length)),
      ['8080', 'y'],
    );
    const accepted = own(pod({ container: 'env: [{name: T, value: 22:22}, {name: D, value: 2026-01-02}]' }));
    assert.deepEqual(
      accepted.env?.map(({ value }) => value),
      ['22:22', '2026-01-02'],
    );
  });

  it('C13 a variable named twice is one warning with both lines', () => {
    const text = pod({ container: 'env:\n- {name: MODE, value: a}\n- {name: MODE, value: b}' });
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(brief), ['DUPLICATE? 11 spec.containers[0].env[1].name']);
    assert.match(faults[0]?.message ?? '', /MODE.*line 10/);
  });

  it('C18 an item that the ConfigMap lacks, unless it is optional', () => {
    const volume = (more: string) =>
      `${map('cfg', 'data: {a: "1"}')}\n---\n${pod({
        spec: `volumes:\n- {name: v, configMap: {name: cfg, items: [{key: zzz, path: z}]${more}}}`,
      })}`;
    const [fault] = missing(read(volume('')).objects);
    assert.ok(fault);
    assert.equal(brief(fault), 'REFERENCE_MISSING 15 spec.volumes[0].configMap.items[0].key');
    for (const word of ['v', 'cfg', 'zzz']) assert.ok(fault.message.includes(word));
    assert.deepEqual(missing(read(volume(', optional: true')).objects), []);
  });

  it('C25 invalid base64 is named without its value', () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: bad}\ndata: {token: "not base64!"}\n';
    const [fault] = faultsOf(text);
    assert.ok(fault);
    assert.equal(brief(fault), 'BAD_VALUE 4 data.token');
    assert.match(`${fault.message} ${fault.hint}`, /token.*bad.*stringData/);
    assert.ok(!JSON.stringify(fault).includes('not base64'));
    const folded = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  k: |\n    aGVs\n    bG8=\n';
    assert.deepEqual(faultsOf(folded), []);
  });

  it('C25 no fault of a Secret shows a value', () => {
    const texts = [
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: hunter-7731\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: hunter-7731\n  k: hunter-7731\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringDat: {k: hunter-7731}\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: hunter-7731\n',
      'kind: Secret\nmetadata: {name: s}\ndata:\n  - hunter-7731: hunter-7731\n',
      '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "hunter-7731"}}',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: |\n    a\n hunter-7731\n',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: 77311337}\n',
    ];
    for (const text of texts) {
      const faults = faultsOf(text);
      assert.notEqual(faults.length, 0, text);
      assert.ok(!/7731/.test(JSON.stringify(faults)), text);
    }
  });

  it('C31 a relative host path is a warning in a file and an error without a folder', async () => {
    const { readManifests } = await import('../../../src/kube/read.ts');
    const text = pod({ spec: 'volumes: [{name: h, hostPath: {path: ./data}}]' });
    assert.deepEqual(faultsOf(text).map(brief), ['SUSPICIOUS? 9 spec.volumes[0].hostPath.path']);
    assert.throws(() => readManifests([{ name: '-', text }], { validate: 'warn' }), {
      code: 'MANIFEST_INVALID',
    });
  });

  it('C36 a mount of an undefined volume suggests the one that was meant', () => {
    const text = pod({
      container: 'volumeMounts: [{name: typo, mountPath: /x}]',
      spec: 'volumes: [{name: tpyo, emptyDir: {}}]',
    });
    const [fault, ...others] = faultsOf(text);
    assert.ok(fault);
    assert.deepEqual(others, []);
    assert.equal(brief(fault), 'REFERENCE_MISSING 9 spec.containers[0].volumeMounts[0].name');
    assert.match(fault.hint ?? '', /tpyo/);
  });

  it('C37 two mounts at one path name both lines', () => {
    const text = pod({
      container: 'volumeMounts:\n- {name: a, mountPath: /x}\n- {name: b, mountPath: /x}',
      spec: 'volumes: [{name: a, emptyDir: {}}, {name: b, emptyDir: {}}]',
    });
    const [fault] = faultsOf(text);
    assert.ok(fault);
    assert.equal(brief(fault), 'DUPLICATE 11 spec.containers[0].volumeMounts[1].mountPath');
    assert.match(fault.message, /line 10/);
  });

  it('C45 a command that is a string, a number among the arguments', () => {
    const faults = faultsOf(pod({ container: 'command: sleep\nargs: [600]' }));
    assert.deepEqual(faults.map(brief), [
      'WRONG_TYPE 9 spec.containers[0].command',
      'WRONG_TYPE 10 spec.containers[0].args[0]',
    ]);
    assert.match(faults[0]?.hint ?? '', /\["sleep"\]/);
    assert.match(faults[1]?.hint ?? '', /"600"/);
  });

  it('C46 workdir is workingDir', () => {
    const [fault] = faultsOf(pod({ container: 'workdir: /tmp' }));
    assert.ok(fault);
    assert.equal(brief(fault), 'UNKNOWN_FIELD 9 spec.containers[0].workdir');
    assert.match(fault.hint ?? '', /workingDir/);
  });

  it('C48 a container name twice, but a container may be named like its pod', () => {
    const other = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - {name: web, image: x}\n  - {name: ${name}, image: x}\n`;
    const faults = faultsOf(other('web'));
    assert.deepEqual(faults.map(brief), ['DUPLICATE 7 spec.containers[1].name']);
    assert.match(faults[0]?.message ?? '', /line 6/);
    assert.deepEqual(faultsOf(other('b')), []);
  });

  it('C55 privileged excludes allowPrivilegeEscalation: false', () => {
    const text = pod({ container: 'securityContext: {privileged: true, allowPrivilegeEscalation: false}' });
    assert.deepEqual(faultsOf(text).map(brief), [
      'CONFLICT 9 spec.containers[0].securityContext.allowPrivilegeEscalation',
    ]);
  });

  it('C61 spellings of CPU are kept as they were written', () => {
    for (const [written, value] of Object.entries({ '300m': '300m', '0.5': '0.5', '"1"': '1', '1m': '1m' })) {
      const { resources } = own(pod({ container: `resources: {limits: {cpu: ${written}}}` }));
      assert.equal(resources?.limits?.['cpu'], value);
    }
  });

  it('C63 bad units are refused with the near one, odd good ones are accepted', () => {
    const limit = (memory: string) =>
      faultsOf(pod({ container: `resources: {limits: {memory: ${memory}}}` }));
    const hints = {
      '6GiB': '6Gi',
      '1K': '1k or 1Ki',
      '1gi': '1Gi',
      '1 Gi': '1Gi',
      '1e2Mi': '100Mi',
      '""': '',
    };
    for (const [written, hint] of Object.entries(hints)) {
      const [fault] = limit(written);
      assert.ok(fault, written);
      assert.equal(brief(fault), 'BAD_VALUE 9 spec.containers[0].resources.limits.memory');
      assert.ok(fault.hint?.includes(hint), `${written}: ${fault.hint}`);
    }
    for (const written of ['1.5', '+1Gi', '1E3', '9223372036854775808', '" 1Gi"']) {
      assert.deepEqual(
        limit(written).filter(({ severity }) => severity === 'error'),
        [],
        written,
      );
    }
    const { resources } = own(pod({ container: 'resources: {limits: {memory: 9223372036854775808}}' }));
    assert.equal(resources?.limits?.['memory'], '9223372036854775808');
  });

  it('C64 400m of memory is a warning', () => {
    const faults = faultsOf(pod({ container: 'resources: {limits: {memory: 400m}}' }));
    assert.deepEqual(faults.map(brief), ['SUSPICIOUS? 9 spec.containers[0].resources.limits.memory']);
    assert.match(faults[0]?.hint ?? '', /400Mi or 400M/);
  });

  it('C69 two handlers, and a successThreshold for liveness', () => {
    const probe = 'livenessProbe: {tcpSocket: {port: 1}, exec: {command: [x]}, successThreshold: 2}';
    assert.deepEqual(faultsOf(pod({ container: probe })).map(brief), [
      'CONFLICT 9 spec.containers[0].livenessProbe.tcpSocket',
      'BAD_VALUE 9 spec.containers[0].livenessProbe.successThreshold',
    ]);
  });

  it('C73 a protocol in lower case, a port out of range, a range of ports', () => {
    const ports =
      'ports: [{containerPort: 80, protocol: tcp}, {containerPort: 111111}, {containerPort: 81, hostPort: "8080-8090"}]';
    assert.deepEqual(faultsOf(pod({ container: ports })).map(brief), [
      'BAD_VALUE 9 spec.containers[0].ports[0].protocol',
      'BAD_VALUE 9 spec.containers[0].ports[1].containerPort',
      'WRONG_TYPE 9 spec.containers[0].ports[2].hostPort',
    ]);
  });

  it('C75 in the network of the host the ports are equal', () => {
    const text = (ports: string) => pod({ spec: 'hostNetwork: true', container: `ports: [{${ports}}]` });
    assert.deepEqual(faultsOf(text('containerPort: 18090, hostPort: 18091')).map(brief), [
      'CONFLICT 9 spec.containers[0].ports[0].hostPort',
    ]);
    assert.deepEqual(faultsOf(text('containerPort: 18090')), []);
  });

  it('C79 names may be 253 long, those of containers 63', () => {
    const named = (name: string, container: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: ${container}, image: x}]}\n`;
    assert.deepEqual(faultsOf(named(`${'x'.repeat(62)}-abcdefghij`, 'main')), []);
    assert.deepEqual(faultsOf(named('x'.repeat(254), 'main')).map(brief), ['BAD_VALUE 3 metadata.name']);
    assert.deepEqual(faultsOf(named('p', 'x'.repeat(64))).map(brief), [
      'BAD_VALUE 4 spec.containers[0].name',
    ]);
  });

  it('C82 a restart policy in the metadata belongs in the spec', () => {
    const [fault] = faultsOf(pod({ metadata: 'restartPolicy: Never' }));
    assert.ok(fault);
    assert.equal(brief(fault), 'UNKNOWN_FIELD 5 metadata.restartPolicy');
    assert.match(fault.hint ?? '', /in spec$/);
  });

  it('C84 fields of clusters are accepted, their misspellings are not', () => {
    const spec =
      'tolerations: [{key: a, operator: Exists}]\nnodeSelector: {disk: ssd}\npriorityClassName: high';
    assert.deepEqual(faultsOf(pod({ spec })), []);
    const [fault] = faultsOf(pod({ spec: 'tolerationz: []' }));
    assert.ok(fault);
    assert.equal(brief(fault), 'UNKNOWN_FIELD 9 spec.tolerationz');
    assert.match(fault.hint ?? '', /tolerations/);
  });

  it('C85 names and labels by the rules, annotations of any length', () => {
    const long = 'x'.repeat(64);
    const text = `apiVersion: v1\nkind: Pod\nmetadata:\n  name: My_App\n  labels: {v: 1.0, t: "${long}"}\n  annotations: {note: "${long}${long}"}\nspec:\n  containers:\n  - {name: main_c, image: x}\n`;
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(brief), [
      'BAD_VALUE 4 metadata.name',
      'WRONG_TYPE 5 metadata.labels.v',
      'BAD_VALUE 5 metadata.labels.t',
      'BAD_VALUE 9 spec.containers[0].name',
    ]);
    assert.match(faults[0]?.hint ?? '', /my-app/);
  });

  it('C90 a DaemonSet has no replicas', () => {
    const template =
      'selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}';
    const text = `apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: ds}\nspec: {replicas: 2, ${template}}\n`;
    assert.ok(faultsOf(text).map(brief).includes('UNKNOWN_FIELD 4 spec.replicas'));
  });

  it('C93 lists, in lists, with places in the real lines', () => {
    const item = (name: string) => `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`;
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${item('a')}\n- apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b}\n`;
    const { objects } = read(text);
    assert.deepEqual(
      objects.map(({ object, line }) => [object.kind, object.metadata.name, line]),
      [
        ['ConfigMap', 'a', 4],
        ['ConfigMap', 'b', 8],
      ],
    );
    assert.equal(objects[1]?.locate('metadata.name').line, 8);
    assert.deepEqual(faultsOf(`apiVersion: v1\nkind: List\nitems:\n- ${item('A')}\n`).map(brief), [
      'BAD_VALUE 4 metadata.name',
    ]);
    assert.deepEqual(read('apiVersion: v1\nkind: List\nitems: []\n'), { objects: [], warnings: [] });
  });

  it('C94 empty documents, comments, and separators with more after them', () => {
    const text = `---\n# nothing here\n---\n\n--- # note\n${map('e1', 'data:\n  s: |\n    ---\n    not: a separator\n')}--- \n${map('e2')}---\n`;
    const { objects } = read(text);
    assert.deepEqual(
      objects.map(({ object, line }) => [object.metadata.name, line]),
      [
        ['e1', 6],
        ['e2', 14],
      ],
    );
    assert.equal(object<ConfigMap>(objects[0]).data?.['s'], '---\nnot: a separator\n');
    assert.deepEqual(read('# only\n# comments\n'), { objects: [], warnings: [] });
    assert.deepEqual(read(''), { objects: [], warnings: [] });
    assert.deepEqual(faultsOf(`${map('a')}--- {}\n${map('b')}`).map(brief), ['YAML_SYNTAX 4']);
  });

  it('C96 a byte order mark before any document', () => {
    const { objects } = read(`\uFEFF${map('b1')}---\n\uFEFF${map('b2')}`);
    assert.equal(objects.length, 2);
    assert.equal(objects[1]?.locate('apiVersion').column, 13);
  });

  it('C97 a tab in indentation; files joined without a line end', () => {
    const [fault] = faultsOf('apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tab\n');
    assert.ok(fault);
    assert.equal(brief(fault), 'YAML_SYNTAX 4');
    assert.match(fault.message, /tab/);
    const joined = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}${map('b')}`;
    assert.deepEqual(faultsOf(joined).map(brief), ['YAML_SYNTAX 3']);
  });

  it('C99 merges, and anchors that end with their document', () => {
    const text = `apiVersion: v1
kind: Pod
metadata: {name: anc}
spec:
  containers:
  - &base
    name: a
    image: x
    env: &env [{name: A, value: "1"}]
  - <<: *base
    name: b
    env: *env
`;
    const { objects } = read(text);
    const { containers } = object<Pod>(objects[0]).spec;
    assert.deepEqual(containers[1], { name: 'b', image: 'x', env: [{ name: 'A', value: '1' }] });
    assert.equal(objects[0]?.locate('spec.containers[1].image').line, 8);
    assert.deepEqual(faultsOf(`${map('a', 'data: &d {a: b}\n')}---\n${map('b', 'data: *d\n')}`).map(brief), [
      'YAML_SYNTAX 9',
    ]);
  });

  it('C100 scalars of YAML 1.1', () => {
    const text = pod({
      container: 'stdin: yes\ntty: on\nvolumeMounts: [{name: v, mountPath: /c, readOnly: y}]',
      spec: 'securityContext: {runAsUser: 0100}\nvolumes: [{name: v, configMap: {name: m, optional: True, defaultMode: 0o400}}]',
    });
    const { objects, warnings } = read(text);
    const { spec } = object<Pod>(objects[0]);
    assert.equal(spec.containers[0]?.stdin, true);
    assert.equal(spec.containers[0]?.tty, true);
    assert.equal(spec.containers[0]?.volumeMounts?.[0]?.readOnly, true);
    assert.equal(spec.securityContext?.runAsUser, 64);
    assert.deepEqual(spec.volumes?.[0]?.configMap, { name: 'm', optional: true, defaultMode: 0o400 });
    assert.deepEqual(warnings.map(brief), ['SUSPICIOUS? 12 spec.securityContext.runAsUser']);
  });

  it('C102 alias bombs and deep nesting are refused at once', () => {
    const levels = Array.from({ length: 10 }, (_, level) => {
      const items = Array(9).fill(level === 0 ? '1' : `*a${level - 1}`);
      return `x${level}: &a${level} [${items.join(',')}]\n`;
    });
    const merges = Array.from({ length: 40 }, (_, level) =>
      level === 0 ? 'x0: &a0 {a: 1}\n' : `x${level}: &a${level} {<<: [*a${level - 1}, *a${level - 1}]}\n`,
    );
    const chain = Array.from({ length: 2000 }, (_, level) =>
      level === 0 ? 'x0: &a0 [1]\n' : `x${level}: &a${level} [*a${level - 1}]\n`,
    );
    const hostile = {
      bomb: levels.join(''),
      merges: merges.join(''),
      chain: chain.join(''),
      brackets: `x: ${'['.repeat(10_000)}`,
      braces: `x: ${'{a: '.repeat(100_000)}`,
      dashes: `x:\n${'- '.repeat(10_000)}a\n`,
      maps: `x:\n${Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth + 1)}a:\n`).join('')}`,
    };
    for (const [title, text] of Object.entries(hostile)) {
      const started = performance.now();
      const faults = faultsOf(map('bomb', text));
      assert.deepEqual(
        faults.map(({ code }) => code),
        ['YAML_LIMIT'],
        title,
      );
      assert.ok(performance.now() - started < 2000, title);
    }
    assert.ok(process.memoryUsage().rss < 1024 * 1024 * 1024);
  });

  it('C102 many pods are read in bounded time', () => {
    const note = 'y'.repeat(3500);
    const text = Array.from({ length: 1000 }, (_, index) =>
      pod({ metadata: `annotations: {note: ${note}}` }).replace('name: p', `name: p${index}`),
    ).join('---\n');
    assert.equal(read(text).objects.length, 1000);
  }).timeout(30_000);

  it('C103 a wrong apiVersion, a kind in lower case, a custom kind', () => {
    const text =
      'apiVersion: v1\nkind: Deployment\nmetadata: {name: av}\nspec: {}\n---\napiVersion: v1\nkind: pod\nmetadata: {name: k}\n---\napiVersion: example.test/v1\nkind: Thing\nmetadata: {name: t}\n';
    const faults = faultsOf(text);
    assert.deepEqual(faults.map(brief), [
      'WRONG_API_VERSION 1 apiVersion',
      'UNKNOWN_KIND 7 kind',
      'UNSUPPORTED? 11 kind',
    ]);
    assert.match(faults[0]?.hint ?? '', /apps\/v1/);
    assert.match(faults[1]?.hint ?? '', /Pod/);
  });

  it('C105 a non-breaking space and a control character', () => {
    const [space] = faultsOf('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name:\u00A0nb\n');
    assert.ok(space);
    assert.equal(brief(space), 'YAML_SYNTAX 4 metadata');
    assert.match(space.message, /U\+00A0.*colon/);
    const [control] = faultsOf(map('a', 'data: {k: "a\u0001"}\n'));
    assert.ok(control);
    assert.equal(brief(control), 'YAML_SYNTAX 4');
    assert.ok(!JSON.stringify(control).includes('\\u0001'));
  });
});

describe('what YAML 1.2 and Kubernetes read differently', () => {
  const ambiguous = ['{a:, b: c}', '{a:}', '[a:, b]', '{a:[b]}', '{a: {b:}}'];
  for (const text of ambiguous) {
    it(`refuses ${text}`, () => {
      assert.deepEqual(
        faultsOf(map('m', `data: ${text}\n`)).map(({ code, line }) => `${code} ${line}`),
        ['YAML_SYNTAX 4'],
      );
    });
  }
  it('reads {"a":"b"} as both do', () => {
    assert.deepEqual(object<ConfigMap>(read(map('m', 'data: {"a":"b"}\n')).objects[0]).data, { a: 'b' });
  });
});

describe('validation of unknown fields', () => {
  const unknown = pod({ container: 'zzyzx: 1' });
  it('warns by default', () => {
    assert.deepEqual(faultsOf(unknown).map(brief), ['UNKNOWN_FIELD? 9 spec.containers[0].zzyzx']);
    assert.equal('zzyzx' in own(unknown), false);
  });
  it('is an error when strict', () => {
    assert.deepEqual(faultsOf(unknown, 'strict').map(brief), ['UNKNOWN_FIELD 9 spec.containers[0].zzyzx']);
  });
  it('says nothing when ignored, unless another field was meant', () => {
    assert.deepEqual(faultsOf(unknown, 'ignore'), []);
    assert.deepEqual(faultsOf(pod({ container: 'imge: x' }), 'ignore').map(brief), [
      'UNKNOWN_FIELD 9 spec.containers[0].imge',
    ]);
  });
});
