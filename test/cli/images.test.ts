import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const launcher = join(import.meta.dirname, '../../bin/pod');
const name = 'localhost/base:1.0';

describe('commands for images', function () {
  this.timeout(120_000);
  let folder: string;
  let tar: string;
  let id: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pod-cli-images-'));
    tar = join(folder, 'rootfs.tar');
    mkdirSync(join(folder, 'rootfs/bin'), { recursive: true });
    cpSync('/bin/busybox', join(folder, 'rootfs/bin/busybox'));
    symlinkSync('busybox', join(folder, 'rootfs/bin/sh'));
    run('tar', ['-C', join(folder, 'rootfs'), '-cf', tar, '.']);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    id = ok([
      'import',
      '--change',
      'ENV PATH=/bin',
      '--change',
      'LABEL tier=base',
      '-m',
      'by hand',
      tar,
      name,
    ])
      .trim()
      .replace('sha256:', '');
  });
  afterEach(() => {
    pod(['rmi', '--all']);
    assert.equal(ok(['images', '-q']), '');
  });

  function run(program: string, args: readonly string[], input?: Uint8Array) {
    const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8', timeout: 60_000 });
    return { status, stdout, stderr };
  }

  function pod(args: readonly string[], input?: Uint8Array) {
    return run(launcher, ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), ...args], input);
  }

  function ok(args: readonly string[], input?: Uint8Array): string {
    const { status, stdout, stderr } = pod(args, input);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' }, args.join(' '));
    return stdout;
  }

  it('lists, by table, template, JSON and filters', () => {
    const [heading, row, ...more] = ok(['images']).split('\n');
    assert.equal(heading?.replace(/ {2,}/g, '|'), 'REPOSITORY|TAG|IMAGE ID|CREATED|SIZE');
    assert.match(row ?? '', new RegExp(`^localhost/base +1\\.0 +${id.slice(0, 12)} +.* ago +[\\d.]+ MB$`));
    assert.deepEqual(more, ['']);
    assert.equal(ok(['images', '--format', '{{.Repository}}:{{.Tag}}']), `${name}\n`);
    assert.equal(JSON.parse(ok(['images', '--format', 'json']))[0].Id, id);
    assert.equal(ok(['image', 'ls', '-q', '--no-trunc']), `sha256:${id}\n`);
    const found = (...filters: string[]) =>
      ok(['images', '-q', ...filters.flatMap((text) => ['-f', text])]) !== '';
    assert.deepEqual(
      [
        found('label=tier=base'),
        found('label=tier=top'),
        found('reference=ba*'),
        found('reference=*:2'),
        found('dangling=true'),
        found('dangling=false', `id=${id.slice(0, 5)}`),
        found('since=base:1.0'),
        found('until=1h'),
      ],
      [true, false, true, false, false, true, false, false],
    );
    assert.equal(ok(['images', '-q', 'base']), ok(['images', '-q']));
    assert.equal(ok(['images', '-q', 'other']), '');
  });

  it('tags, inspects and tells what exists', () => {
    ok(['tag', name, 'localhost/other', 'more:2']);
    assert.equal(
      ok(['image', 'inspect', '--format', '{{.Id}} {{.Config.Env}} {{.Comment}} {{len .RepoTags}}', 'other']),
      `${id} [PATH=/bin] by hand 3\n`,
    );
    assert.equal(JSON.parse(ok(['image', 'inspect', id.slice(0, 8)]))[0].Labels.tier, 'base');
    assert.deepEqual(
      ['more:2', id, 'nope'].map((image) => pod(['image', 'exists', image]).status),
      [0, 0, 1],
    );
    const partly = pod(['image', 'inspect', '--format', '{{.Id}}', 'nope', name]);
    assert.deepEqual([partly.status, partly.stdout], [125, `${id}\n`]);
  });

  it('removes names, then the image', () => {
    ok(['tag', name, 'localhost/other:1']);
    assert.equal(ok(['rmi', name]), `Untagged: ${name}\n`);
    assert.equal(ok(['rmi', 'other:1']), `Untagged: localhost/other:1\nDeleted: ${id}\n`);
    assert.equal(pod(['rmi', 'nope']).status, 1);
    assert.equal(pod(['rmi', '--ignore', 'nope']).status, 0);
  });

  it('loads what Podman saved, from a file and from standard input', () => {
    const archive = join(folder, 'saved.tar');
    const podman = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run')];
    assert.equal(run('podman', [...podman, 'save', '-o', archive, name]).status, 0);
    for (const load of [() => ok(['load', '-i', archive]), () => ok(['load'], readFileSync(archive))]) {
      ok(['rmi', '--all']);
      assert.equal(load(), `Loaded image: ${name}\n`);
      assert.equal(pod(['image', 'exists', name]).status, 0);
    }
  });

  it('imports from standard input, without a name', () => {
    const [imported = ''] = ok(['import', '-'], readFileSync(tar)).split('\n');
    assert.equal(pod(['image', 'exists', imported.replace('sha256:', '')]).status, 0);
    assert.match(ok(['images']), /^<none> +<none> /m);
  });

  const refused: readonly (readonly string[])[] = [
    ['images', '--sort', 'nope'],
    ['images', '--filter', 'nope=1'],
    ['images', '--filter', 'label'],
    ['images', '--format', '{{.Nope}}'],
    ['images', 'a', 'b'],
    ['pull'],
    ['pull', '--policy', 'sometimes', 'x'],
    ['pull', 'Not/A/Name'],
    ['pull', '--policy', 'never', 'localhost/nope'],
    ['load', '-i', '/nonexistent.tar'],
    ['load', '-i', '/bin/busybox'],
    ['import', '/nonexistent.tar'],
    ['import', '--change', 'RUN x', '/nonexistent.tar'],
    ['tag', 'base:1.0'],
    ['tag', 'nope', 'x'],
    ['tag', 'base:1.0', 'UPPER:1'],
    ['rmi'],
    ['rmi', '--all', 'x'],
    ['image', 'inspect', 'nope'],
  ];
  for (const args of refused) {
    it(`refuses ${args.join(' ')}`, () => {
      const { status, stderr } = pod(args);
      assert.equal(status, 125);
      assert.match(stderr, /^Error: /m);
      assert.doesNotMatch(stderr, /unexpected failure|\n +at /);
    });
  }
});
