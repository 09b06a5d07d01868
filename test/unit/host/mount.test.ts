import assert from 'node:assert/strict';
import { overlayData } from '../../../src/host/mount.ts';
import { parseMountTable } from '../../../src/host/mount-table.ts';

describe('overlayData', () => {
  const cases: readonly { name: string; request: Parameters<typeof overlayData>[0]; data: string }[] = [
    {
      name: 'lowers, upper and work',
      request: { lowers: ['a', '/b'], upper: '/u', work: '/w' },
      data: 'lowerdir=a:/b,upperdir=/u,workdir=/w',
    },
    { name: 'read-only', request: { lowers: ['a', 'b'] }, data: 'lowerdir=a:b' },
    {
      name: 'further options',
      request: { lowers: ['a'], upper: 'u', work: 'w', options: ['volatile', 'xino=off'] },
      data: 'lowerdir=a,upperdir=u,workdir=w,volatile,xino=off',
    },
    {
      name: 'colons, commas and backslashes in names',
      request: { lowers: ['a:b,c\\d'], upper: '/u:1,2', work: '/w\\' },
      data: 'lowerdir=a\\:b\\,c\\\\d,upperdir=/u:1\\,2,workdir=/w\\\\',
    },
  ];
  for (const { name, request, data } of cases) {
    it(name, () => assert.equal(overlayData(request), data));
  }
});

describe('parseMountTable', () => {
  it('reads every field, with none, one and two of propagation, and escapes', () => {
    const text = [
      '22 1 254:0 / / rw,relatime - ext4 /dev/root rw',
      '30 22 0:25 /x\\040y /mnt/a\\134b\\011c rw,nosuid shared:7 - tmpfs none rw,size=1k',
      '31 22 0:26 / /p rw shared:8 master:7 - overlay overlay ro,lowerdir=a:b',
      '',
    ].join('\n');
    const [root, tmpfs, overlay, ...rest] = parseMountTable(text);
    assert.deepEqual(rest, []);
    assert.deepEqual(root, {
      id: 22,
      parent: 1,
      device: '254:0',
      root: '/',
      target: '/',
      options: ['rw', 'relatime'],
      propagation: [],
      type: 'ext4',
      source: '/dev/root',
      superOptions: ['rw'],
    });
    assert.deepEqual(
      [tmpfs?.root, tmpfs?.target, tmpfs?.propagation],
      ['/x y', '/mnt/a\\b\tc', ['shared:7']],
    );
    assert.deepEqual([overlay?.propagation, overlay?.type], [['shared:8', 'master:7'], 'overlay']);
  });
});
