import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type ConfigSources, createConfig } from '../../../src/config/config.ts';

type Change = Partial<Omit<ConfigSources, 'files'>> & {
  readonly storage?: string;
  readonly containers?: readonly string[];
  readonly registries?: readonly string[];
};

function config({ storage, containers = [], registries = [], ...sources }: Change = {}) {
  const files = (texts: readonly string[]) =>
    texts.map((text, index) => ({ path: `/etc/${index}.conf`, text }));
  return createConfig({
    files: {
      ...(storage === undefined ? {} : { storage: { path: '/etc/containers/storage.conf', text: storage } }),
      containers: files(containers),
      registries: files(registries),
    },
    env: {},
    flags: {},
    uid: 0,
    cwd: '/home/me',
    realpath: (path) => path.replace(/^\/link/, '/data'),
    ...sources,
  });
}

const idOf = (root: string) => createHash('sha256').update(root).digest('hex').slice(0, 8);
const defaults = {
  graphRoot: '/var/lib/containers/storage',
  runRoot: '/run/containers/storage',
  state: '/var/lib/pod',
  run: '/run/pod',
};

describe('config: where the store lies', () => {
  const other = idOf('/data/a');
  const moved = '[storage]\ngraphroot = "/data/a"\nrunroot = "/data/r"';
  const cases: readonly (readonly [what: string, change: Change, paths: object])[] = [
    ['nothing said', {}, defaults],
    [
      '--root alone',
      { flags: { root: '/data/a' } },
      {
        graphRoot: '/data/a',
        runRoot: `/run/containers/storage/pod-${other}`,
        state: '/data/a/pod',
        run: `/run/containers/storage/pod-${other}/pod`,
        storeId: other,
      },
    ],
    [
      '--root and --runroot',
      { flags: { root: '/data/a', runroot: '/data/r' } },
      { graphRoot: '/data/a', runRoot: '/data/r', state: '/data/a/pod', run: '/data/r/pod', storeId: other },
    ],
    [
      '--runroot alone',
      { flags: { runroot: '/data/r' } },
      { ...defaults, runRoot: '/data/r', run: '/data/r/pod' },
    ],
    ['--root that is the default', { flags: { root: defaults.graphRoot } }, defaults],
    [
      'a relative --root through a link',
      { flags: { root: 'a', runroot: 'r' }, cwd: '/link' },
      { graphRoot: '/link/a', runRoot: '/link/r', state: '/link/a/pod', run: '/link/r/pod', storeId: other },
    ],
    [
      "the machine's storage.conf",
      { storage: moved },
      { ...defaults, graphRoot: '/data/a', runRoot: '/data/r' },
    ],
    [
      'a storage.conf named by the environment',
      { storage: moved, env: { CONTAINERS_STORAGE_CONF: '/tmp/x' } },
      { graphRoot: '/data/a', runRoot: '/data/r', state: '/data/a/pod', run: '/data/r/pod', storeId: other },
    ],
    [
      'a user who is not root',
      { uid: 1000, env: { HOME: '/home/u' } },
      {
        graphRoot: '/home/u/.local/share/containers/storage',
        runRoot: '/run/user/1000/containers',
        state: '/home/u/.local/share/pod',
        run: '/run/user/1000/pod',
      },
    ],
  ];
  for (const [what, change, paths] of cases) {
    it(what, () => assert.deepEqual({ ...config(change).paths }, paths));
  }

  it('names the cgroup parent after the store', () => {
    assert.equal(config().cgroup.parent, 'pod');
    assert.equal(config({ flags: { root: '/data/a' } }).cgroup.parent, `pod-${other}`);
  });
});

describe('config: stores that are refused', () => {
  const cases: readonly Change[] = [
    { storage: '[storage]\ndriver = "vfs"' },
    { storage: '[storage.options.overlay]\nmount_program = "/usr/bin/fuse-overlayfs"' },
    { storage: '[storage.options]\nmount_program = "/usr/bin/fuse-overlayfs"' },
    { storage: '[storage.options.overlay]\nforce_mask = "shared"' },
    { storage: '[storage.options.overlay]\nuse_composefs = "true"' },
    { env: { STORAGE_DRIVER: 'btrfs' } },
    { flags: { storageDriver: 'vfs' } },
  ];
  for (const change of cases) {
    it(JSON.stringify(change), () => {
      assert.throws(() => config(change), { name: 'StorageError', code: 'STORE_UNSUPPORTED' });
    });
  }

  it('but not overlay under any of its names', () => {
    const read = config({
      storage:
        '[storage]\ndriver = "overlay2"\n[storage.options]\nadditionalimagestores = ["/ro", ""]\n[storage.options.overlay]\nmountopt = "nodev,volatile"\nmount_program = ""',
      env: { STORAGE_DRIVER: 'overlay' },
    });
    assert.deepEqual(read.storage, { additionalImageStores: ['/ro'], mountOptions: ['nodev', 'volatile'] });
  });
});

describe('config: containers.conf', () => {
  it('lets later files win, setting by setting, and append where they say so', () => {
    const read = config({
      containers: [
        '[containers]\ndefault_capabilities = ["CHOWN", "CAP_KILL"]\nenv = ["A=1"]\npids_limit = 100\n[engine]\nruntime = "runc"\nstop_timeout = 3',
        '[containers]\nenv = ["B=2", {append = true}]\ndefault_ulimits = ["nofile=1024:2048", "nproc=-1"]\n[engine]\nruntime = "crun"\n[engine.runtimes]\ncrun = ["/opt/crun"]\nmine = ["/opt/mine"]\n[network]\nnetwork_config_dir = "/net.d"',
      ],
    });
    assert.deepEqual(read.containers.capabilities, ['CAP_CHOWN', 'CAP_KILL']);
    assert.deepEqual(read.containers.env, ['A=1', 'B=2']);
    assert.equal(read.containers.pidsLimit, 100);
    assert.deepEqual(read.containers.ulimits, [
      { name: 'nofile', soft: 1024, hard: 2048 },
      { name: 'nproc', soft: -1, hard: -1 },
    ]);
    assert.equal(read.runtime.name, 'crun');
    assert.deepEqual(read.runtime.paths['crun'], ['/opt/crun']);
    assert.deepEqual(read.runtime.paths['mine'], ['/opt/mine']);
    assert.ok(read.runtime.paths['runc']?.includes('/usr/bin/runc'));
    assert.equal(read.stopTimeout, 3);
    assert.equal(read.network.configDir, '/net.d');
  });

  it('lets flags and environment win over files', () => {
    const read = config({
      containers: [
        '[engine]\nruntime = "runc"\nconmon_path = ["/a/conmon"]\ncgroup_manager = "systemd"\nhelper_binaries_dir = ["/h"]\n[network]\nnetwork_config_dir = "/net.d"',
      ],
      flags: {
        runtime: './bin/crun',
        cgroupManager: 'cgroupfs',
        networkConfigDir: 'net',
        conmon: '/b/conmon',
      },
      env: { CONTAINERS_HELPER_BINARY_DIR: '/first' },
    });
    assert.equal(read.runtime.name, '/home/me/bin/crun');
    assert.equal(read.cgroup.manager, 'cgroupfs');
    assert.equal(read.network.configDir, '/home/me/net');
    assert.deepEqual(read.runtime.conmonPaths, ['/b/conmon']);
    assert.deepEqual(read.helperDirs, ['/first', '/h']);
  });

  const refused: readonly (readonly [text: string, code: string])[] = [
    ['[engine]\nruntime = 1', 'CONFIG_INVALID'],
    ['[engine]\ncgroup_manager = "none"', 'CONFIG_INVALID'],
    ['[containers]\nenv = "A=1"', 'CONFIG_INVALID'],
    ['[containers]\nenv = [1]', 'CONFIG_INVALID'],
    ['[containers]\nhttp_proxy = "yes"', 'CONFIG_INVALID'],
    ['[containers]\ndefault_ulimits = ["nofile"]', 'CONFIG_INVALID'],
    ['[engine]\nruntimes = "x"', 'CONFIG_INVALID'],
    ['[engine', 'CONFIG_SYNTAX'],
  ];
  for (const [text, code] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => config({ containers: [text] }), { name: 'ConfigError', code });
    });
  }

  it('leaves choices open that nobody made, and cannot be changed afterwards', () => {
    const read = config();
    assert.equal(read.runtime.name, undefined);
    assert.equal(read.cgroup.manager, undefined);
    assert.equal(read.network.defaultNetwork, undefined);
    assert.equal(read.network.configDir, '/etc/cni/net.d');
    assert.throws(() => Object.assign(read.registries.rules, { 0: 'x' }), TypeError);
  });

  it('reads where certificates lie', () => {
    const env = { SSL_CERT_FILE: '/ca.pem', SSL_CERT_DIR: '/a:relative:/b' };
    assert.deepEqual(config({ env }).certificates, {
      registryDirs: ['/etc/containers/certs.d', '/etc/docker/certs.d'],
      file: '/ca.pem',
      dirs: ['/a', '/b'],
    });
  });
});
