import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const launcher = join(root, 'bin/pod');

interface Call {
  readonly args?: readonly string[];
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

function pod({ args = [], program = launcher, env = process.env, cwd = root }: Call) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    env,
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('the launcher and the command line', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-start-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('tells the version', () => {
    for (const args of [['--version'], ['-v'], ['--root', folder, '--version']]) {
      const { status, stdout } = pod({ args });
      assert.equal(status, 0);
      assert.match(stdout, /^pod version \d+\.\d+\.\d+\n$/);
    }
    const { stdout } = pod({ args: ['version', '--format', '{{.Client.OsArch}}'] });
    assert.match(stdout, /^linux\/(amd64|arm64)\n$/);
  });

  it('shows help without arguments, for groups and for commands', () => {
    for (const args of [[], ['--help'], ['help'], ['version', '--help'], ['help', 'version']]) {
      const { status, stdout, stderr } = pod({ args });
      assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
      assert.match(stdout, /^Usage:\n {2}pod /m);
    }
  });

  const refused: readonly (readonly string[])[] = [
    ['versoin'],
    ['--nope'],
    ['version', '--nope'],
    ['version', 'operand'],
    ['version', '--format', '{{.Nope}}'],
    ['--root'],
  ];
  for (const args of refused) {
    it(`refuses ${args.join(' ')}`, () => {
      const { status, stdout, stderr } = pod({ args });
      assert.deepEqual({ status, stdout }, { status: 125, stdout: '' });
      assert.match(stderr, /^Error: /);
      assert.doesNotMatch(stderr, /\n +at /);
    });
  }

  it('starts through symbolic links, and from any folder', () => {
    symlinkSync(launcher, join(folder, 'absolute'));
    symlinkSync('absolute', join(folder, 'relative'));
    for (const [program, cwd] of [
      [join(folder, 'relative'), '/'],
      ['./relative', folder],
      ['./pod', dirname(launcher)],
    ] as const) {
      assert.equal(pod({ args: ['--version'], program, cwd }).status, 0);
    }
    assert.equal(pod({ program: 'sh', args: ['pod', '--version'], cwd: dirname(launcher) }).status, 0);
  });

  it('is quiet when its reader leaves', () => {
    const script = `"${launcher}" --help | head -n 1; "${launcher}" --help | true`;
    const { status, stderr } = pod({ program: 'sh', args: ['-c', script] });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  });

  it('reads no bytecode from where the environment says', () => {
    const planted = join(folder, 'planted');
    assert.equal(pod({ args: ['version'], env: { ...process.env, NODE_COMPILE_CACHE: planted } }).status, 0);
    assert.equal(existsSync(planted), false);
  });

  describe('without its own Node', () => {
    beforeEach(() => {
      mkdirSync(join(folder, 'pod/bin'), { recursive: true });
      mkdirSync(join(folder, 'path'));
      cpSync(launcher, join(folder, 'pod/bin/pod'));
    });

    /** Starts the copy where the only `node` in PATH says that it has this version, and prints what it is given. */
    function copyWith(version: string) {
      writeFileSync(
        join(folder, 'path/node'),
        `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; else echo "started $*"; fi\n`,
      );
      chmodSync(join(folder, 'path/node'), 0o755);
      return pod({ program: join(folder, 'pod/bin/pod'), args: ['ps'], env: { PATH: join(folder, 'path') } });
    }

    it('says when it is not built', () => {
      const { status, stderr } = copyWith('v24.0.0');
      assert.equal(status, 125);
      assert.match(stderr, /^Error: .*\nHint: /);
    });

    it("falls back to the system's Node if that is new enough", () => {
      mkdirSync(join(folder, 'pod/dist'));
      writeFileSync(join(folder, 'pod/dist/main.js'), '');
      assert.match(copyWith('v22.20.0').stdout, /^started .*dist\/main\.js ps\n$/);
      for (const old of ['v20.20.2', 'v9.0.0', '', 'nonsense']) {
        const { status, stderr } = copyWith(old);
        assert.equal(status, 125, old);
        assert.match(stderr, /^Error: .*Node 22.*\nHint: /);
      }
    });
  });
});
