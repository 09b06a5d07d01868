import assert from 'node:assert/strict';
import type { StoredImage } from '../../../src/contracts/image-store.ts';
import { ImageError } from '../../../src/errors/image-error.ts';
import { findImage } from '../../../src/images/find-image.ts';
import { planRemoval } from '../../../src/images/remove-image.ts';

const digest = `sha256:${'d'.repeat(64)}`;

function image(id: string, names: readonly string[], digests: readonly string[] = []): StoredImage {
  return { id: id.padEnd(64, '0'), names, digests, created: '', readOnly: false };
}

const images = [
  image('aa1', ['docker.io/library/busybox:latest', 'docker.io/library/busybox:1.36']),
  image('aa2', ['localhost/web:latest']),
  image('bb', ['docker.io/library/web:latest']),
  image('cc', ['quay.io/org/app:v1'], [digest]),
  image('dd', ['example.com:5000/alias/target:latest']),
  image('ee', ['registry.test/short:2']),
  image('ff', ['localhost/cafe:latest']),
  image('cafe', []),
  image('9', [`docker.io/library/pinned@${digest}`], [digest]),
];
const registries = {
  searchRegistries: ['registry.test'],
  aliases: { shortcut: 'example.com:5000/alias/target' },
  rules: [],
};

describe('findImage', () => {
  const cases: readonly [what: string, name: string, id: string | undefined][] = [
    ['the name as it is stored', 'docker.io/library/busybox:1.36', 'aa1'],
    ['latest where no tag is given', 'docker.io/library/busybox', 'aa1'],
    ["docker.io's short form", 'docker.io/busybox', 'aa1'],
    ['a short name of docker.io, past the search registries', 'busybox', 'aa1'],
    ['localhost before docker.io', 'web', 'aa2'],
    ['docker.io when it is named', 'docker.io/library/web', 'bb'],
    ['an alias', 'shortcut', 'dd'],
    ['a search registry', 'short:2', 'ee'],
    ['a digest with its repository', `quay.io/org/app@${digest}`, 'cc'],
    ['a digest, whatever the tag before it', `quay.io/org/app:other@${digest}`, 'cc'],
    ['a name that is a digest', `pinned@${digest}`, '9'],
    ['not a digest of another repository', `quay.io/org/other@${digest}`, undefined],
    ['a whole id', 'aa1'.padEnd(64, '0'), 'aa1'],
    ['a whole id with its algorithm', `sha256:${'bb'.padEnd(64, '0')}`, 'bb'],
    ['a beginning of an id', 'bb0', 'bb'],
    ['a beginning with its algorithm', 'sha256:bb0', 'bb'],
    ['a name before a beginning of an id', 'cafe', 'ff'],
    ['another tag', 'busybox:nope', undefined],
    ['a repository that is not there', 'quay.io/org/none', undefined],
    ['what is no name', 'No/Name!', undefined],
    ['nothing', '', undefined],
  ];
  for (const [what, name, id] of cases) {
    it(what, () => assert.equal(findImage(images, name, registries)?.image.id, id?.padEnd(64, '0')));
  }

  it('refuses a beginning that several ids share', () => {
    assert.throws(
      () => findImage(images, 'aa', registries),
      (error) => error instanceof ImageError && error.code === 'IMAGE_AMBIGUOUS',
    );
  });
});

describe('planRemoval', () => {
  const one = image('1', ['a:1']);
  const two = image('2', ['a:1', 'b:1']);
  const none = image('3', []);
  const user = { id: 'c', name: 'web-main', type: 'ours' } as const;
  const cases: readonly [string, Parameters<typeof planRemoval>[0], ReturnType<typeof planRemoval>][] = [
    [
      'its last name',
      { image: one, users: [], name: 'a:1', force: false },
      { untagged: ['a:1'], deleted: true },
    ],
    [
      'its id',
      { image: one, users: [], name: undefined, force: false },
      { untagged: ['a:1'], deleted: true },
    ],
    [
      'one of its names',
      { image: two, users: [], name: 'b:1', force: false },
      { untagged: ['b:1'], deleted: false },
    ],
    [
      'one of its names, in use',
      { image: two, users: [user], name: 'b:1', force: false },
      { untagged: ['b:1'], deleted: false },
    ],
    [
      'all by its id',
      { image: two, users: [], name: undefined, force: true },
      { untagged: ['a:1', 'b:1'], deleted: true },
    ],
    [
      'in use, by force',
      { image: one, users: [user], name: 'a:1', force: true },
      { untagged: ['a:1'], deleted: false },
    ],
    [
      'without a name',
      { image: none, users: [], name: undefined, force: false },
      { untagged: [], deleted: true },
    ],
  ];
  for (const [what, input, expected] of cases) {
    it(what, () => assert.deepEqual(planRemoval(input), expected));
  }

  const refused = [
    ['in use', { image: one, users: [user], name: 'a:1', force: false }, 'IMAGE_IN_USE'],
    ['in use, by its id', { image: none, users: [user], name: undefined, force: false }, 'IMAGE_IN_USE'],
    ['several names, by its id', { image: two, users: [], name: undefined, force: false }, 'IMAGE_AMBIGUOUS'],
  ] as const;
  for (const [what, input, code] of refused) {
    it(`refuses: ${what}`, () => {
      assert.throws(
        () => planRemoval(input),
        (error) => error instanceof ImageError && error.code === code,
      );
    });
  }
});
