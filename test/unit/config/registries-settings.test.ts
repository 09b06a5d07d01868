import assert from 'node:assert/strict';
import { pullSources, readRegistriesSettings, remoteNames } from '../../../src/config/registries-settings.ts';
import { formatReference, parseReference } from '../../../src/values/reference.ts';

const read = (...texts: readonly string[]) =>
  readRegistriesSettings(texts.map((text, index) => ({ path: `${index}.conf`, text })));

describe('config/registries-settings: names', () => {
  const settings = read(
    'unqualified-search-registries = ["docker.io", "quay.io"]\n[aliases]\nalpine = "docker.io/library/alpine"\n"org/app" = "quay.io/org/app"',
    '[aliases]\n"org/app" = "ghcr.io/org/app"',
  );
  const cases: readonly (readonly [name: string, ...full: string[]])[] = [
    ['quay.io/a/b:t', 'quay.io/a/b:t'],
    ['localhost/x', 'localhost/x'],
    ['alpine', 'docker.io/library/alpine'],
    ['alpine:3', 'docker.io/library/alpine:3'],
    ['org/app:1', 'ghcr.io/org/app:1'],
    ['busybox:1', 'docker.io/library/busybox:1', 'quay.io/busybox:1'],
    ['library/busybox', 'docker.io/library/busybox', 'quay.io/library/busybox'],
    ['constructor', 'docker.io/library/constructor', 'quay.io/constructor'],
  ];
  for (const [name, ...full] of cases) {
    it(name, () => assert.deepEqual(remoteNames(name, settings).map(formatReference), full));
  }

  it('means docker.io where nothing is configured', () => {
    assert.deepEqual(remoteNames('busybox', read()).map(formatReference), ['docker.io/library/busybox']);
  });
});

describe('config/registries-settings: where to pull from', () => {
  const settings = read(`
[[registry]]
prefix = "docker.io"
location = "mirror.gcr.io"
[[registry]]
prefix = "docker.io/library"
location = "registry.local:5000/hub"
insecure = true
[[registry.mirror]]
location = "near.example/hub"
[[registry.mirror]]
location = "far.example"
pull-from-mirror = "digest-only"
[[registry]]
prefix = "*.example.org"
[[registry]]
location = "plain.example"
insecure = true
[[registry]]
location = "bad.example/evil"
blocked = true
`);
  const digest = `sha256:${'0'.repeat(64)}`;
  const cases: readonly (readonly [name: string, ...sources: string[]])[] = [
    ['quay.io/a', 'quay.io/a'],
    ['busybox:1', 'near.example/hub/busybox:1 mirror', 'registry.local:5000/hub/busybox:1 insecure'],
    [
      `busybox@${digest}`,
      `near.example/hub/busybox@${digest} mirror`,
      `far.example/busybox@${digest} mirror`,
      `registry.local:5000/hub/busybox@${digest} insecure`,
    ],
    ['user/app', 'mirror.gcr.io/user/app'],
    ['docker.io/libraryx/app', 'mirror.gcr.io/libraryx/app'],
    ['a.example.org/x', 'a.example.org/x'],
    ['plain.example/x', 'plain.example/x insecure'],
    ['plain.example.net/x', 'plain.example.net/x'],
    ['bad.example/evil/x'],
    ['bad.example/evil'],
    ['bad.example/evilx', 'bad.example/evilx'],
  ];
  for (const [name, ...sources] of cases) {
    it(name, () => {
      const found = pullSources(parseReference(name), settings).map(({ reference, insecure, mirror }) =>
        [formatReference(reference), ...(insecure ? ['insecure'] : []), ...(mirror ? ['mirror'] : [])].join(
          ' ',
        ),
      );
      assert.deepEqual(found, sources);
    });
  }
});

describe('config/registries-settings: files', () => {
  it('lets a later file replace rules of the same prefix and the search list', () => {
    const settings = read(
      'unqualified-search-registries = ["a.io"]\n[[registry]]\nlocation = "x.io"\ninsecure = true',
      'unqualified-search-registries = ["b.io"]\n[[registry]]\nlocation = "x.io"',
    );
    assert.deepEqual(settings.searchRegistries, ['b.io']);
    assert.deepEqual(
      settings.rules.map(({ insecure }) => insecure),
      [false],
    );
  });

  it('reads the first format', () => {
    const settings = read(
      '[registries.search]\nregistries = ["a.io"]\n[registries.insecure]\nregistries = ["b.io:5000"]\n[registries.block]\nregistries = ["c.io"]',
    );
    assert.deepEqual(settings.searchRegistries, ['a.io']);
    assert.equal(pullSources(parseReference('b.io:5000/x'), settings)[0]?.insecure, true);
    assert.deepEqual(pullSources(parseReference('c.io/x'), settings), []);
  });

  const refused = [
    '[[registry]]\ninsecure = true',
    '[[registry]]\nprefix = "a.io"',
    '[[registry]]\nlocation = "a.io"\n[[registry.mirror]]\ninsecure = true',
    '[[registry]]\nlocation = "a.io"\n[[registry.mirror]]\nlocation = "b.io"\npull-from-mirror = "x"',
    'registry = "a.io"',
    '[aliases]\na = 1',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => read(text), { name: 'ConfigError', code: 'CONFIG_INVALID' });
    });
  }
});
