import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BUSYBOX = '/bin/busybox';
const FOLDERS = [
  'bin',
  'etc',
  'tmp',
  'root',
  'var',
  'usr',
  'usr/bin',
  'usr/sbin',
  'sbin',
  'proc',
  'sys',
  'dev',
  'run',
];

/**
 * A tar of a small root filesystem around Debian's busybox-static, made once per machine and version of busybox.
 * Its users are root and nobody.
 */
export async function busyboxRootfs(): Promise<string> {
  const version = execFileSync(BUSYBOX, ['--help'], { encoding: 'utf8' })
    .split('\n', 1)[0]
    ?.replace(/[^\w.]+/g, '-');
  const target = join(tmpdir(), `pod-test-rootfs-${version}.tar`);
  if (existsSync(target)) return target;
  const work = mkdtempSync(join(tmpdir(), 'pod-test-rootfs-'));
  try {
    build(join(work, 'rootfs'));
    execFileSync('tar', [
      '--numeric-owner',
      '--owner=0',
      '--group=0',
      '-C',
      join(work, 'rootfs'),
      '-cf',
      join(work, 'tar'),
      '.',
    ]);
    renameSync(join(work, 'tar'), target);
  } finally {
    rmSync(work, { recursive: true });
  }
  return target;
}

function build(root: string): void {
  for (const folder of FOLDERS) mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, 'tmp'), 0o1777);
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  chmodSync(join(root, 'bin/busybox'), 0o755);
  for (const name of execFileSync(BUSYBOX, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') symlinkSync('busybox', join(root, 'bin', name));
  }
  writeFileSync(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  );
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnobody:x:65534:\n');
}
