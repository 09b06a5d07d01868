import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  familiarReference,
  formatReference,
  isShortName,
  parseReference,
  withDefaultTag,
} from '../../../src/values/reference.ts';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('values/reference: full form', () => {
  const cases: readonly (readonly [text: string, full: string, familiar?: string])[] = [
    ['busybox', 'docker.io/library/busybox'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['user/app', 'docker.io/user/app'],
    ['docker.io/busybox', 'docker.io/library/busybox', 'busybox'],
    ['index.docker.io/busybox', 'docker.io/library/busybox', 'busybox'],
    ['docker.io/a/b/c:t', 'docker.io/a/b/c:t', 'a/b/c:t'],
    ['localhost/app', 'localhost/app'],
    ['localhost:5000/app:v1', 'localhost:5000/app:v1'],
    ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b'],
    ['[::1]:5000/a', '[::1]:5000/a'],
    ['HOST/app', 'HOST/app'],
    [`quay.io/org/app@${digest}`, `quay.io/org/app@${digest}`],
    [`quay.io/org/app:v1@${digest}`, `quay.io/org/app:v1@${digest}`],
    ['registry.k8s.io/pause:3.9', 'registry.k8s.io/pause:3.9'],
    ['docker.io/foo.bar/app', 'docker.io/foo.bar/app'],
    ['docker.io/localhost/app', 'docker.io/localhost/app'],
    [`docker.io/library/${'a'.repeat(64)}`, `docker.io/library/${'a'.repeat(64)}`],
    ['a__b/c-d.e---f', 'docker.io/a__b/c-d.e---f'],
    [`app:${'x'.repeat(128)}`, `docker.io/library/app:${'x'.repeat(128)}`],
  ];
  for (const [text, full, familiar = text] of cases) {
    it(text, () => {
      const reference = parseReference(text);
      assert.equal(formatReference(reference), full);
      assert.equal(familiarReference(reference), familiar);
      assert.deepEqual(parseReference(full), reference);
      assert.deepEqual(parseReference(familiar), reference);
    });
  }
});

describe('values/reference: refused', () => {
  const cases = [
    '',
    ':tag',
    'a:',
    '/a',
    'a/',
    'a//b',
    'a b',
    '-a',
    'a_',
    'a..b',
    'a___b',
    'A',
    'busybox:ta g',
    `app:${'x'.repeat(129)}`,
    'a@sha256:12',
    'quay.io:port/a',
    'quay_io.x/a',
    'quay.io/',
    'a\n',
    '../a',
    'b'.repeat(64),
    `${'x/'.repeat(130)}x`,
    'http://quay.io/a',
  ];
  for (const text of cases) {
    it(JSON.stringify(text.slice(0, 40)), () => {
      assert.throws(() => parseReference(text), { name: 'ValueError' });
    });
  }

  it('offers the lower-case spelling of a repository', () => {
    assert.throws(
      () => parseReference('quay.io/Org/App:V1'),
      (error: { hint?: string }) => error.hint?.includes('quay.io/org/app:V1') ?? false,
    );
  });
});

describe('values/reference: rules', () => {
  it('adds latest only where neither tag nor digest is given', () => {
    assert.equal(withDefaultTag(parseReference('a')).tag, 'latest');
    assert.equal(withDefaultTag(parseReference('a:b')).tag, 'b');
    assert.equal(withDefaultTag(parseReference(`a@${digest}`)).tag, undefined);
  });

  it('tells short names from full ones', () => {
    for (const text of ['a', 'a/b', 'a:5000']) assert.equal(isShortName(text), true, text);
    for (const text of ['a.b/c', 'a:5000/b', 'localhost/a', 'A/b'])
      assert.equal(isShortName(text), false, text);
  });

  it('reads back what it prints, for any reference', () => {
    const lower = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const references = fc.record(
      {
        registry: fc.constantFrom(
          'docker.io',
          'quay.io',
          'localhost',
          'localhost:5000',
          '[fe80::1]:80',
          'UP',
        ),
        repository: fc.array(lower, { minLength: 2, maxLength: 4 }).map((parts) => parts.join('/')),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
        digest: fc.constant(digest),
      },
      { requiredKeys: ['registry', 'repository'] },
    );
    fc.assert(
      fc.property(references, (reference) => {
        assert.deepEqual({ ...parseReference(formatReference(reference)) }, { ...reference });
        assert.deepEqual({ ...parseReference(familiarReference(reference)) }, { ...reference });
      }),
    );
  });
});
