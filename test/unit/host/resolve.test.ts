import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../../src/errors/host-error.ts';
import { SystemError } from '../../../src/errors/system-error.ts';
import { readInRoot, resolveInRoot } from '../../../src/host/resolve.ts';

describe('paths inside a root', () => {
  let outside: string;
  let root: string;
  before(() => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'pod-resolve-')));
    root = join(outside, 'root');
    mkdirSync(join(root, 'etc', 'deep'), { recursive: true });
    writeFileSync(join(outside, 'passwd'), 'outside');
    writeFileSync(join(root, 'etc', 'passwd'), 'inside');
    writeFileSync(join(root, 'large'), 'x'.repeat(2000));
    symlinkSync('/etc/passwd', join(root, 'absolute'));
    symlinkSync('../../../../../../etc/passwd', join(root, 'etc', 'deep', 'climbing'));
    symlinkSync('/', join(root, 'etc', 'top'));
    symlinkSync('loop', join(root, 'loop'));
    symlinkSync('/proc/self/root', join(root, 'magic'));
    execFileSync('mkfifo', [join(root, 'fifo')]);
  });
  after(() => rmSync(outside, { recursive: true }));

  describe('lead to the same file inside', () => {
    for (const path of [
      'etc/passwd',
      '/etc/passwd',
      '/etc/../../../etc/passwd',
      'absolute',
      'etc/deep/climbing',
      'etc/top/etc/top/absolute',
    ]) {
      it(path, () => {
        assert.equal(resolveInRoot({ root, path }), join(root, 'etc', 'passwd'));
        assert.equal(readInRoot({ root, path }, { limit: 100 }), 'inside');
      });
    }

    it('or to the root itself', () => {
      for (const path of ['/', '..', 'etc/top', '../..']) assert.equal(resolveInRoot({ root, path }), root);
    });
  });

  describe('fail', () => {
    const cases: readonly { path: string; errno: string }[] = [
      { path: 'etc/shadow', errno: 'ENOENT' },
      { path: '../passwd', errno: 'ENOENT' },
      { path: 'loop', errno: 'ELOOP' },
      { path: 'magic/etc', errno: 'ENOENT' },
      { path: 'etc/passwd/x', errno: 'ENOTDIR' },
    ];
    for (const { path, errno } of cases) {
      it(`${path} with ${errno}`, () => {
        for (const verb of [
          resolveInRoot,
          (place: { root: string; path: string }) => readInRoot(place, { limit: 9 }),
        ]) {
          assert.throws(
            () => verb({ root, path }),
            (error) => error instanceof SystemError && error.errno === errno && error.path === path,
          );
        }
      });
    }

    it('for what is no file, or too large, without waiting', () => {
      for (const path of ['fifo', 'etc', 'large']) {
        assert.throws(
          () => readInRoot({ root, path }, { limit: 1999 }),
          (error) => error instanceof HostError && error.code === 'FILE_UNREADABLE',
        );
      }
    });

    it('for a root that is none', () => {
      assert.throws(
        () => resolveInRoot({ root: join(outside, 'nope'), path: '/' }),
        (error) => error instanceof SystemError && error.errno === 'ENOENT',
      );
    });
  });

  it('leaves no descriptor open', () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    for (let round = 0; round < 20; round++) {
      readInRoot({ root, path: 'absolute' }, { limit: 100 });
      assert.throws(() => readInRoot({ root, path: 'fifo' }, { limit: 100 }));
    }
    assert.equal(open(), before);
  });
});
