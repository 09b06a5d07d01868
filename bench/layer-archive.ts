import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { file, header } from '../test/unit/images/tar-fixture.ts';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';

/** Writes an oci-archive of one gzip layer of 31,900 entries and 270 MB, and returns its path. */
export async function layerArchive(folder: string): Promise<string> {
  const target = join(folder, 'layer.tar');
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
  const annotations = { 'org.opencontainers.image.ref.name': 'localhost/layer:latest' };
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
  rmSync(blob);
  return target;
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
