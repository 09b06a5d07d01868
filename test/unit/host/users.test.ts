import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveUser, users } from '../../../src/host/users.ts';

const files = {
  passwd:
    '# comment\nroot:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:App:/home/app:/bin/sh\n1234:x:55:56::/odd:\nbroken\nhigh:x:4294967295:0::/:\n\n',
  group: 'root:x:0:\nwheel:x:10:root,app\napp:x:1000:app\nvideo:x:44:app,other\nnumber:x:notone:app\n',
};

describe('host/users', () => {
  const root = { uid: 0, gid: 0, additionalGids: [10], home: '/root', name: 'root' };
  const app = { uid: 1000, gid: 1000, additionalGids: [10, 44], home: '/home/app', name: 'app' };
  const cases: readonly (readonly [user: string, resolved: object])[] = [
    ['', root],
    ['0', root],
    ['root', root],
    ['app', app],
    ['1000', app],
    ['1234', { uid: 55, gid: 56, additionalGids: [], home: '/odd', name: '1234' }],
    ['4000', { uid: 4000, gid: 0, additionalGids: [], home: '/' }],
    ['app:video', { ...app, gid: 44, additionalGids: [] }],
    ['app:77', { ...app, gid: 77, additionalGids: [] }],
    ['4000:4001', { uid: 4000, gid: 4001, additionalGids: [], home: '/' }],
    [':video', { ...root, gid: 44, additionalGids: [] }],
    ['app:', app],
  ];
  for (const [user, resolved] of cases) {
    it(JSON.stringify(user), () => assert.deepEqual(resolveUser(user, files), resolved));
  }

  for (const user of ['nobody', 'app:nogroup', 'a:b:c', '-1', '4294967295', 'high', 'app:number']) {
    it(`refuses ${user}`, () => {
      assert.throws(() => resolveUser(user, files), { name: 'RuntimeError', code: 'CREATE_FAILED' });
    });
  }

  it('needs no files for numbers', () => {
    const none = { passwd: '', group: '' };
    assert.deepEqual(resolveUser('', none), { uid: 0, gid: 0, additionalGids: [], home: '/' });
    assert.throws(() => resolveUser('root', none), { code: 'CREATE_FAILED' });
  });
});

describe('host/users: files of a root file system', () => {
  let rootfs: string;
  before(() => {
    rootfs = mkdtempSync(join(tmpdir(), 'pod-users-'));
  });
  after(() => rmSync(rootfs, { recursive: true }));

  it('are optional', async () => {
    assert.equal((await users.resolve(rootfs, '7')).uid, 7);
    await assert.rejects(users.resolve(rootfs, 'app'), { name: 'RuntimeError', code: 'CREATE_FAILED' });
  });

  it('are found through links, which never lead out', async () => {
    mkdirSync(join(rootfs, 'etc'));
    mkdirSync(join(rootfs, 'real'));
    writeFileSync(join(rootfs, 'real/passwd'), 'app:x:7:8::/home/app:\n');
    symlinkSync('../../../../real/passwd', join(rootfs, 'etc/passwd'));
    assert.deepEqual(await users.resolve(rootfs, 'app'), {
      uid: 7,
      gid: 8,
      additionalGids: [],
      home: '/home/app',
      name: 'app',
    });
    symlinkSync('/etc/group', join(rootfs, 'etc/group'));
    await assert.rejects(users.resolve(rootfs, 'app'), { name: 'SystemError', errno: 'ELOOP' });
  });
});
