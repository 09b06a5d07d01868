import { strict as assert } from 'node:assert';
import { type Filter, filterContainers, filterPods } from '../../../src/pods/filter.ts';
import { created, exited, observedPod, running } from './observed.ts';

const now = new Date('2026-01-01T01:00:00Z');
const at = (minute: string) => `2026-01-01T00:${minute}:00.000Z`;
const image = { id: 'a'.repeat(64), name: 'localhost/busybox:1' };
const old = running({ name: 'old', fullName: 'web-old', created: at('10'), image });
const done = exited(3, { name: 'done', fullName: 'web-done', created: at('20') });
const young = created({ name: 'young', fullName: 'web-young', created: at('50') });
const pod = {
  ...observedPod([old, done, young]),
  pod: {
    apiVersion: 'v1' as const,
    kind: 'Pod' as const,
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      containers: [{ name: 'old', volumeMounts: [{ name: 'd', mountPath: '/data' }] }],
      volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'claim' } }],
    },
  },
};

describe('filters of containers', () => {
  const cases: readonly (readonly [filters: readonly Filter[], names: readonly string[]])[] = [
    [[], ['old', 'done', 'young']],
    [[['status', 'running']], ['old']],
    [
      [
        ['status', 'running'],
        ['status', 'created'],
      ],
      ['old', 'young'],
    ],
    [[['exited', '3']], ['done']],
    [[['name', 'old|young']], ['old', 'young']],
    [[['ancestor', 'localhost/busybox']], ['old']],
    [[['volume', 'claim']], ['old']],
    [[['volume', '/data']], ['old']],
    [[['before', 'web-done']], ['old']],
    [[['since', 'web-done']], ['young']],
    [[['until', '30m']], ['old', 'done']],
    [[['label', 'app=web']], ['old', 'done', 'young']],
    [[['label', 'app=other']], []],
    [
      [
        ['pod', 'web'],
        ['status', 'exited'],
      ],
      ['done'],
    ],
  ];
  for (const [filters, names] of cases) {
    it(`${JSON.stringify(filters)} leave ${names.join(', ') || 'none'}`, () => {
      const subjects = pod.containers.map((container) => ({ pod, container }));
      const left = filterContainers(subjects, filters, now);
      assert.deepEqual(
        left.map(({ container }) => container.record.name),
        names,
      );
    });
  }

  for (const filter of [
    ['nothing', '1'],
    ['name', '('],
    ['before', 'nothing'],
    ['until', 'nothing'],
  ] as const) {
    it(`refuses ${filter.join('=')}`, () => {
      const subjects = pod.containers.map((container) => ({ pod, container }));
      assert.throws(() => filterContainers(subjects, [filter], now));
    });
  }
});

describe('filters of pods', () => {
  for (const [filter, passes] of [
    [['name', 'we'], true],
    [['status', 'degraded'], true],
    [['ctr-status', 'exited'], true],
    [['ctr-number', '3'], true],
    [['until', '30m'], true],
    [['until', '2h'], false],
    [['label', 'app'], true],
    [['namespace', 'other'], false],
  ] as const) {
    it(`${filter.join('=')} ${passes ? 'passes' : 'does not pass'}`, () =>
      assert.equal(filterPods([pod], [filter], now).length === 1, passes));
  }
});
