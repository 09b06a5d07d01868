import assert from 'node:assert/strict';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { ConfigMap, Container, Pod, Secret } from '../../../src/kube/wire.ts';
import { containerEnvironment, type EnvironmentRequest } from '../../../src/plan/env.ts';

const GI = 1024 ** 3;

function request(
  container: Partial<Container>,
  more: {
    readonly configMaps?: Readonly<Record<string, Record<string, string>>>;
    readonly secrets?: Readonly<Record<string, Record<string, string>>>;
    readonly imageEnv?: readonly string[];
    readonly pod?: Partial<Pod>;
  } = {},
): EnvironmentRequest {
  const whole: Container = { name: 'main', ...container };
  const named = <T>(kind: string, all: Readonly<Record<string, Record<string, string>>> = {}) =>
    new Map(
      Object.entries(all).map(([name, data]) => [
        name,
        { apiVersion: 'v1', kind, metadata: { name }, data } as T,
      ]),
    );
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'shop', uid: 'u-1' },
      spec: { containers: [whole] },
      ...more.pod,
    },
    container: whole,
    image: {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      config: { Env: more.imageEnv ?? [] },
    },
    sources: {
      configMaps: named<ConfigMap>('ConfigMap', more.configMaps),
      secrets: named<Secret>('Secret', more.secrets),
    },
    podIPs: ['10.86.0.5', 'fd00::5'],
    hostIP: '192.0.2.7',
    nodeName: 'node',
    facts: { cpus: 4, memoryBytes: 8 * GI },
  };
}

function variables(...parameters: Parameters<typeof request>): Readonly<Record<string, string>> {
  const { env } = containerEnvironment(request(...parameters));
  return Object.fromEntries(
    env.map((assignment) => [
      assignment.slice(0, assignment.indexOf('=')),
      assignment.slice(assignment.indexOf('=') + 1),
    ]),
  );
}

/** Those that the manifest and the image did not ask for. */
const GIVEN = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOSTNAME: 'web' };

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

const missing = (error: unknown) => error instanceof LifecycleError && error.code === 'CONFIG_MISSING';

describe('the environment of a container', () => {
  describe('values', () => {
    it('C01: keeps "=" and spaces', () => {
      const env = [{ name: 'OPTS', value: 'a=b c==d' }];
      assert.deepEqual(variables({ env }), { ...GIVEN, OPTS: 'a=b c==d' });
    });

    it('C03: collapses a double dollar, and leaves an unknown reference', () => {
      const env = [
        { name: 'FOO', value: 'a$$b' },
        { name: 'BAR', value: '$$(FOO)' },
        { name: 'BAZ', value: '$(NOPE)' },
        { name: 'OPEN', value: '$(FOO' },
        { name: 'THREE', value: '$$$(FOO)' },
      ];
      assert.deepEqual(variables({ env }), {
        ...GIVEN,
        FOO: 'a$b',
        BAR: '$(FOO)',
        BAZ: '$(NOPE)',
        OPEN: '$(FOO',
        THREE: '$a$b',
      });
    });

    it('C04: sees only what came before, and envFrom', () => {
      const env = [
        { name: 'EARLY', value: '$(LATE)' },
        { name: 'LATE', value: 'x' },
        { name: 'URL', value: 'http://$(LATE)-$(FROMCM)' },
      ];
      const envFrom = [{ configMapRef: { name: 'base' } }];
      const result = variables({ env, envFrom }, { configMaps: { base: { FROMCM: 'cm' } } });
      assert.deepEqual(result, { ...GIVEN, FROMCM: 'cm', EARLY: '$(LATE)', LATE: 'x', URL: 'http://x-cm' });
    });

    it('C13: lets the last of two with one name win, and the first be seen before it', () => {
      const env = [
        { name: 'MODE', value: 'a' },
        { name: 'REF', value: '$(MODE)' },
        { name: 'MODE', value: 'b' },
      ];
      assert.deepEqual(variables({ env }), { ...GIVEN, MODE: 'b', REF: 'a' });
    });

    it('sets an empty value', () => {
      assert.deepEqual(variables({ env: [{ name: 'NONE' }, { name: 'EMPTY', value: '' }] }), {
        ...GIVEN,
        NONE: '',
        EMPTY: '',
      });
    });

    it('does not see the variables of the image in references', () => {
      const env = [{ name: 'X', value: '$(KEEP)' }];
      assert.equal(variables({ env }, { imageEnv: ['KEEP=img'] })['X'], '$(KEEP)');
    });
  });

  describe('envFrom', () => {
    it('C06: is beaten by env', () => {
      const env = [{ name: 'LEVEL', value: 'high' }];
      const envFrom = [{ configMapRef: { name: 'base' } }];
      const result = variables({ env, envFrom }, { configMaps: { base: { LEVEL: 'low', KEEP: '1' } } });
      assert.deepEqual(result, { ...GIVEN, LEVEL: 'high', KEEP: '1' });
    });

    it('C07: takes the later of two sources, and puts the prefix before', () => {
      const envFrom = [
        { configMapRef: { name: 'one' } },
        { configMapRef: { name: 'two' } },
        { prefix: 'P_', configMapRef: { name: 'one' } },
      ];
      const result = variables({ envFrom }, { configMaps: { one: { K: 'a', ONLY: '1' }, two: { K: 'b' } } });
      assert.deepEqual(result, { ...GIVEN, K: 'b', ONLY: '1', P_K: 'a', P_ONLY: '1' });
    });

    it('reads Secrets', () => {
      const envFrom = [{ secretRef: { name: 'login' } }];
      const result = variables({ envFrom }, { secrets: { login: { USER: encode('ann') } } });
      assert.deepEqual(result, { ...GIVEN, USER: 'ann' });
    });

    it('leaves out keys that are no variable names, with one warning', () => {
      const envFrom = [{ configMapRef: { name: 'odd' } }];
      const data = { '1st': 'x', '..up': 'x', 'a-b.c': 'kept' };
      const { warnings, variables: declared } = containerEnvironment(
        request({ envFrom }, { configMaps: { odd: data } }),
      );
      assert.deepEqual([...declared], [['a-b.c', 'kept']]);
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /1st.*\.\.up/);
    });

    it('C09: passes over what is optional', () => {
      const result = variables(
        {
          env: [
            { name: 'A', valueFrom: { configMapKeyRef: { name: 'some', key: 'A' } } },
            { name: 'MISS', valueFrom: { configMapKeyRef: { name: 'some', key: 'nope', optional: true } } },
            { name: 'MISS2', valueFrom: { secretKeyRef: { name: 'none', key: 'k', optional: true } } },
          ],
          envFrom: [{ secretRef: { name: 'none', optional: true } }],
        },
        { configMaps: { some: { A: '1' } } },
      );
      assert.deepEqual(result, { ...GIVEN, A: '1' });
    });
  });

  describe('required references', () => {
    const references: readonly (readonly [string, Partial<Container>])[] = [
      ['a ConfigMap of envFrom', { envFrom: [{ configMapRef: { name: 'none' } }] }],
      ['a Secret of envFrom', { envFrom: [{ secretRef: { name: 'none' } }] }],
      ['a ConfigMap', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'none', key: 'k' } } }] }],
      ['a key', { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'some', key: 'k' } } }] }],
      [
        'a key of the prototype',
        { env: [{ name: 'X', valueFrom: { configMapKeyRef: { name: 'some', key: 'toString' } } }] },
      ],
      ['a Secret', { env: [{ name: 'X', valueFrom: { secretKeyRef: { name: 'none', key: 'k' } } }] }],
      ['a field', { env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }] }],
      ['a resource', { env: [{ name: 'X', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } }] }],
    ];
    for (const [what, container] of references) {
      it(`miss ${what}`, () => {
        assert.throws(() => containerEnvironment(request(container, { configMaps: { some: {} } })), missing);
      });
    }
  });

  describe('fields of the pod', () => {
    const labels = { app: 'web', 'example.com/tier': 'front' };
    const pod = {
      metadata: { name: 'web', namespace: 'shop', uid: 'u-1', labels, annotations: { note: 'a "b"\nc' } },
    };
    for (const [fieldPath, value] of [
      ['metadata.name', 'web'],
      ['metadata.namespace', 'shop'],
      ['metadata.uid', 'u-1'],
      ["metadata.labels['app']", 'web'],
      ["metadata.labels['example.com/tier']", 'front'],
      ["metadata.labels['none']", ''],
      ["metadata.annotations['note']", 'a "b"\nc'],
      ['metadata.labels', 'app="web"\nexample.com/tier="front"'],
      ['metadata.annotations', 'note="a \\"b\\"\\nc"'],
      ['spec.nodeName', 'node'],
      ['spec.serviceAccountName', 'default'],
      ['status.podIP', '10.86.0.5'],
      ['status.podIPs', '10.86.0.5,fd00::5'],
      ['status.hostIP', '192.0.2.7'],
      ['status.hostIPs', '192.0.2.7'],
    ] as const) {
      it(`has ${fieldPath}`, () => {
        const env = [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }];
        assert.equal(variables({ env }, { pod })['X'], value);
      });
    }
  });

  describe('resources of a container', () => {
    const limits = { cpu: '1500m', memory: '64Mi' };
    for (const [reference, value] of [
      [{ resource: 'limits.cpu' }, '2'],
      [{ resource: 'limits.cpu', divisor: '1m' }, '1500'],
      [{ resource: 'limits.cpu', divisor: '0' }, '2'],
      [{ resource: 'limits.memory' }, '67108864'],
      [{ resource: 'limits.memory', divisor: '1Mi' }, '64'],
      [{ resource: 'limits.memory', divisor: '1M' }, '68'],
      [{ resource: 'requests.cpu', divisor: '1m' }, '250'],
      [{ resource: 'requests.memory' }, '67108864'],
      [{ resource: 'limits.ephemeral-storage' }, '0'],
    ] as const) {
      it(`has ${Object.values(reference).join(' by ')}`, () => {
        const env = [{ name: 'X', valueFrom: { resourceFieldRef: reference } }];
        const resources = { limits, requests: { cpu: '250m' } };
        assert.equal(variables({ env, resources })['X'], value);
      });
    }

    it('are those of the host where there is no limit', () => {
      const env = [
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Gi' } } },
        { name: 'REQUEST', valueFrom: { resourceFieldRef: { resource: 'requests.memory' } } },
      ];
      assert.deepEqual(variables({ env }), { ...GIVEN, CPU: '4', MEMORY: '8', REQUEST: '0' });
    });
  });

  describe('what is given', () => {
    it('C15: keeps the ENV of the image, which the manifest overrides', () => {
      const env = [{ name: 'PATH', value: '/custom:/bin' }];
      const result = variables({ env }, { imageEnv: ['KEEP=img', 'PATH=/bin', 'ODD'] });
      assert.deepEqual(result, { HOSTNAME: 'web', PATH: '/custom:/bin', KEEP: 'img', ODD: '' });
    });

    it('has TERM with a terminal, unless the image says otherwise', () => {
      assert.equal(variables({ tty: true })['TERM'], 'xterm');
      assert.equal(variables({ tty: true }, { imageEnv: ['TERM=vt100'] })['TERM'], 'vt100');
    });

    it('has the host name that the pod has', () => {
      const named = (spec: object) =>
        variables({}, { pod: { spec: { containers: [], ...spec } } })['HOSTNAME'];
      assert.equal(named({ hostname: 'shop' }), 'shop');
      assert.equal(named({ hostNetwork: true, hostname: 'shop' }), 'node');
      const metadata = { name: `${'a'.repeat(62)}.b` };
      assert.equal(variables({}, { pod: { metadata } })['HOSTNAME'], 'a'.repeat(62));
    });
  });
});
