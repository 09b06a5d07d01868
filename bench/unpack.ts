/**
 * Loads an image with one layer of 30,000 entries and 270 MB, by pod and by podman in turn, each into a store of its own,
 * and prints both medians and their ratio: node bench/unpack.ts [ROUNDS]
 */
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { createImages } from '../src/images/create-images.ts';
import { createImageStore } from '../src/storage/create-image-store.ts';
import { file, header } from '../test/unit/images/tar-fixture.ts';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

const [first = '3', root = '', archive = ''] = process.argv.slice(2);
if (first === '--load') await load(root, archive);
else await compare(Number(first));

/** The child: one load, and the most memory that it took. */
async function load(store: string, path: string): Promise<void> {
  const images = createImages({
    store: createImageStore({ root: store, runroot: `${store}-run`, stateFolder: `${store}/pod` }),
    registry: { resolve: () => Promise.reject(new Error('no registry here')) },
    registries: { searchRegistries: [], aliases: {}, rules: [] },
    platform: { os: 'linux', architecture },
    temporaryFolder: `${store}/pod/tmp`,
  });
  await images.load(path);
  console.log(Math.round(process.resourceUsage().maxRSS / 1024));
}

async function compare(rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pod-bench-'));
  try {
    const image = join(folder, 'image.tar');
    await writeImage(folder, image);
    const [ours, theirs]: [number[], number[]] = [[], []];
    let memory = 0;
    for (let round = 0; round < rounds; round++) {
      const own = join(folder, `pod-${round}`);
      const pod = timed(process.execPath, [fileURLToPath(import.meta.url), '--load', own, image]);
      ours.push(pod.seconds);
      memory = Math.max(memory, Number(pod.stdout));
      const peer = join(folder, `podman-${round}`);
      theirs.push(
        timed('podman', ['--root', peer, '--runroot', `${peer}-run`, 'load', '-q', '-i', image]).seconds,
      );
    }
    const [own, peer] = [median(ours), median(theirs)];
    console.log(`pod load      ${own.toFixed(2)} s   ${memory} MB`);
    console.log(`podman load   ${peer.toFixed(2)} s`);
    console.log(`ratio         ${(own / peer).toFixed(2)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(program: string, args: readonly string[]): { seconds: number; stdout: string } {
  // What the last round has written must not be paid for by this one.
  spawnSync('sync');
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return { seconds: (performance.now() - start) / 1000, stdout };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** An oci-archive of one gzip layer. */
async function writeImage(folder: string, target: string): Promise<void> {
  const blob = join(folder, 'layer.tar.gz');
  const layer = await writeLayer(blob);
  const config = JSON.stringify({
    created: '2020-01-01T00:00:00Z',
    architecture,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${layer.diff}`] },
  });
  const type = 'application/vnd.oci.image';
  const { size } = statSync(blob);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${type}.manifest.v1+json`,
    config: descriptor(`${type}.config.v1+json`, config),
    layers: [{ mediaType: `${type}.layer.v1.tar+gzip`, digest: `sha256:${layer.packed}`, size }],
  });
  const annotations = { 'org.opencontainers.image.ref.name': 'localhost/bench:latest' };
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ ...descriptor(`${type}.manifest.v1+json`, manifest), annotations }],
  });
  const output = openSync(target, 'w');
  writeSync(output, file('oci-layout', '{"imageLayoutVersion":"1.0.0"}'));
  writeSync(output, file('index.json', index));
  for (const text of [config, manifest]) writeSync(output, file(`blobs/sha256/${sha256(text)}`, text));
  writeSync(output, header({ name: `blobs/sha256/${layer.packed}`, size }));
  for await (const chunk of createReadStream(blob)) writeSync(output, chunk as Buffer);
  writeSync(output, Buffer.alloc(((512 - (size % 512)) % 512) + 1024));
  closeSync(output);
}

/** Writes the compressed layer; returns the digests of its tar and of itself. */
async function writeLayer(path: string): Promise<{ diff: string; packed: string }> {
  const [diff, packed] = [createHash('sha256'), createHash('sha256')];
  async function* tar(): AsyncGenerator<Buffer> {
    for (const part of entries()) {
      diff.update(part);
      yield part;
    }
  }
  await pipeline(tar, createGzip({ level: 6 }), createWriteStream(path));
  for await (const chunk of createReadStream(path)) packed.update(chunk as Buffer);
  return { diff: diff.digest('hex'), packed: packed.digest('hex') };
}

/** 8,700 folders with 23,200 files, which compress to a third. */
function* entries(): Generator<Buffer> {
  for (let folder = 0; folder < 8700; folder++) {
    const path = `usr/share/${folder % 29}/${folder % 870}/folder-${folder}/`;
    yield header({ name: path, type: '5', mode: 0o755 });
    for (let index = 0; index < (folder % 3 === 0 ? 2 : 3); index++) {
      const third = randomBytes(200 + ((folder * 37 + index * 911) % 6800));
      yield file(`${path}file-${index}`, third.toString('latin1').repeat(3));
    }
  }
  yield Buffer.alloc(1024);
}

function descriptor(mediaType: string, text: string): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: `sha256:${sha256(text)}`, size: text.length };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
