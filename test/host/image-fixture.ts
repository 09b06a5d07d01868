import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { archive, file, gnuLong, header, pax } from '../unit/images/tar-fixture.ts';

const busybox = readFileSync('/bin/busybox').toString('latin1');
const applets = ['sh', 'ls', 'cat', 'stat', 'test', 'sleep', 'true', 'find', 'echo', 'getcap'];
const time = 1_600_000_000;

export const longName = `data/${'long-'.repeat(30)}name`;
/** CAP_NET_RAW, effective, in revision 2 of the attribute's format. */
export const capability = '\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';

const folder = (name: string, mode = 0o755) => header({ name, type: '5', mode, mtime: time });

/** A root filesystem with everything that a layer can hold. */
export const baseLayer = archive(
  folder('./'),
  folder('bin/'),
  file('bin/busybox', busybox, { mode: 0o755, mtime: time }),
  ...applets.map((name) =>
    header({ name: `bin/${name}`, type: '2', link: 'busybox', mode: 0o777, mtime: time }),
  ),
  file('bin/setuid', 'x', { mode: 0o4755, uid: 1000, gid: 1001, mtime: time }),
  folder('etc/'),
  file('etc/passwd', 'root:x:0:0:root:/:/bin/sh\n', { mtime: time }),
  file('etc/gone', 'to be removed', { mtime: time }),
  folder('etc/opaque/'),
  file('etc/opaque/hidden', 'to be hidden', { mtime: time }),
  folder('data/', 0o1777),
  pax({ path: longName, mtime: '1600000000.123456789' }),
  file('short', 'long name', { mode: 0o640, uid: 7 }),
  gnuLong('L', `data/gnu-${'x'.repeat(120)}`),
  file('short', 'gnu', { mtime: time }),
  header({ name: 'data/hardlink', type: '1', link: 'etc/passwd', mtime: time }),
  pax({ 'SCHILY.xattr.user.note': 'a\x00b', 'SCHILY.xattr.security.capability': capability }),
  file('data/attributes', 'attributes', { mode: 0o755, mtime: time }),
  header({ name: 'data/null', type: '3', major: 1, minor: 3, mode: 0o666, mtime: time }),
  header({ name: 'data/fifo', type: '6', mode: 0o600, mtime: time }),
  file('data/\xc3\xa4', 'umlaut', { mtime: time }),
  folder('tmp/', 0o1777),
  folder('dev/'),
  folder('proc/'),
  folder('sys/'),
);

/** A layer above it: a file gone, a folder's content hidden, a file replaced, one in a folder that it does not list. */
export const upperLayer = archive(
  folder('etc/'),
  header({ name: 'etc/.wh.gone', mtime: time }),
  folder('etc/opaque/'),
  header({ name: 'etc/opaque/.wh..wh..opq', mtime: time }),
  file('etc/opaque/shown', 'shown', { mtime: time }),
  file('etc/passwd', 'root:x:0:0:changed:/:/bin/sh\n', { mtime: time }),
  file('implied/folder/file', 'implied', { mtime: time }),
);

/** What a shell says about an image of both layers. */
export const probe = [
  'test ! -e /etc/gone && echo gone',
  'ls /etc/opaque',
  'cat /etc/passwd',
  'stat -c "%a %u %g" /bin/setuid',
  `stat -c "%a %u %Y" /${longName}`,
  'stat -c "%t %T" /data/null',
  'cat /implied/folder/file',
].join('; ');

export const probeResult = [
  'gone',
  'shown',
  'root:x:0:0:changed:/:/bin/sh',
  '4755 1000 1001',
  '640 7 1600000000',
  '1 3',
  'implied',
].join('\n');

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A docker-archive of one image. */
export function dockerArchive({
  layers,
  tags,
}: {
  layers: readonly Buffer[];
  tags: readonly string[];
}): Buffer {
  const config = JSON.stringify({
    created: '2020-01-01T00:00:00Z',
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    history: layers.map(() => ({ created: '2020-01-01T00:00:00Z', created_by: 'test' })),
  });
  const name = `${sha256(Buffer.from(config))}.json`;
  const files = layers.map((layer) => `${sha256(layer)}.tar`);
  const manifest = JSON.stringify([{ Config: name, RepoTags: tags, Layers: files }]);
  return archive(
    ...layers.map((layer, index) => file(files[index] ?? '', layer.toString('latin1'))),
    file(name, config),
    file('manifest.json', manifest),
  );
}
