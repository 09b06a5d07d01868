import assert from 'node:assert/strict';
import { selectManifest } from '../../../src/oci/image-index.ts';
import { formatManifest, parseManifest } from '../../../src/oci/manifest.ts';
import { compressionOf, mediaTypes } from '../../../src/oci/media-types.ts';
import { platformRank } from '../../../src/oci/platform.ts';

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const config = { mediaType: mediaTypes.ociConfig, digest: digest('a'), size: 10 };
const layer = { mediaType: mediaTypes.ociLayerGzip, digest: digest('b'), size: 20 };
const manifest = { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers: [layer] };
const entry = (digit: string, os: string, architecture: string, variant?: string) => ({
  mediaType: mediaTypes.ociManifest,
  digest: digest(digit),
  size: 5,
  platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
});
const indexOf = (...manifests: unknown[]) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.ociIndex,
  manifests,
});

function readIndex(value: unknown) {
  const read = parseManifest(bytes(value));
  assert.equal(read.type, 'index');
  return read.type === 'index' ? read.index : assert.fail();
}

describe('oci/manifest: read and print', () => {
  const docker = { ...manifest, mediaType: mediaTypes.dockerManifest };
  const { mediaType: _, ...untyped } = manifest;
  const cases: readonly (readonly [
    what: string,
    value: unknown,
    sentAs: string | undefined,
    type: string,
  ])[] = [
    ['OCI', manifest, mediaTypes.ociManifest, mediaTypes.ociManifest],
    ['Docker schema 2', docker, mediaTypes.dockerManifest, mediaTypes.dockerManifest],
    ['without its own type, as sent', untyped, mediaTypes.dockerManifest, mediaTypes.dockerManifest],
    ['without any type, by shape', untyped, undefined, mediaTypes.ociManifest],
    ['with annotations', { ...manifest, annotations: { a: 'b' } }, undefined, mediaTypes.ociManifest],
    [
      'with null members',
      { ...manifest, manifests: null, annotations: null },
      undefined,
      mediaTypes.ociManifest,
    ],
  ];
  for (const [what, value, sentAs, type] of cases) {
    it(what, () => {
      const read = parseManifest(bytes(value), sentAs);
      if (read.type !== 'manifest') return assert.fail();
      assert.equal(read.manifest.mediaType, type);
      assert.deepEqual(read.manifest.layers, [layer]);
      assert.deepEqual(parseManifest(formatManifest(read.manifest)), read);
    });
  }
});

describe('oci/manifest: refused', () => {
  const cases: readonly (readonly [what: string, value: unknown, sentAs?: string])[] = [
    ['both manifest and index', { ...manifest, manifests: [] }],
    ['an index with layers', { ...indexOf(), layers: [] }],
    ['a manifest sent as an index', manifest, mediaTypes.ociIndex],
    ['an index that says it is a manifest', { ...indexOf(), mediaType: mediaTypes.ociManifest }],
    ['another type than sent', manifest, mediaTypes.dockerManifest],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }],
    ['no version', { config, layers: [] }],
    ['a list', []],
    ['null', null],
    ['no config', { ...manifest, config: undefined }],
    ['layers that are no list', { ...manifest, layers: {} }],
    ['a bad digest', { ...manifest, layers: [{ ...layer, digest: 'sha256:../../etc' }] }],
    ['a negative size', { ...manifest, layers: [{ ...layer, size: -1 }] }],
    ['a fraction as size', { ...manifest, layers: [{ ...layer, size: 1.5 }] }],
    ['a size as text', { ...manifest, layers: [{ ...layer, size: '1' }] }],
    ['an unknown type', { ...manifest, mediaType: 'application/x' }],
  ];
  for (const [what, value, sentAs] of cases) {
    it(what, () => {
      assert.throws(() => parseManifest(bytes(value), sentAs), {
        name: 'ImageError',
        code: 'MANIFEST_INVALID',
      });
    });
  }

  it('bytes that are not JSON or not UTF-8', () => {
    for (const raw of [new TextEncoder().encode('{'), Uint8Array.of(0x22, 0xff, 0x22)]) {
      assert.throws(() => parseManifest(raw), { code: 'MANIFEST_INVALID' });
    }
  });
});

describe('oci/image-index: selection', () => {
  const arm64 = { os: 'linux', architecture: 'arm64', variant: 'v8' };
  const amd64 = { os: 'linux', architecture: 'amd64' };
  const all = indexOf(
    entry('0', 'windows', 'amd64'),
    entry('1', 'linux', 'arm64', 'v9'),
    entry('2', 'linux', 'arm64'),
    entry('3', 'linux', 'amd64', 'v3'),
    entry('4', 'linux', 'amd64'),
    entry('5', 'unknown', 'unknown'),
  );
  it('takes the best match', () => {
    assert.equal(selectManifest(readIndex(all), amd64).digest, digest('4'));
    assert.equal(selectManifest(readIndex(all), arm64).digest, digest('2'));
    const withV8 = indexOf(entry('1', 'linux', 'arm64', 'v7'), entry('2', 'linux', 'arm64', 'v8'));
    assert.equal(
      selectManifest(readIndex(withV8), { os: 'linux', architecture: 'arm64' }).digest,
      digest('2'),
    );
  });

  it('falls back to an older variant, never to a newer one', () => {
    const armv7 = { os: 'linux', architecture: 'arm', variant: 'v7' };
    assert.equal(platformRank(armv7, { os: 'linux', architecture: 'arm', variant: 'v6' }), 1);
    assert.equal(platformRank(amd64, { ...amd64, variant: 'v2' }), undefined);
    assert.equal(platformRank(armv7, arm64), undefined);
  });

  it('takes the only manifest when it names no platform', () => {
    const { platform: _, ...plain } = entry('7', '', '');
    assert.equal(selectManifest(readIndex(indexOf(plain)), amd64).digest, digest('7'));
  });

  it('refuses an index without a match', () => {
    for (const index of [
      indexOf(),
      indexOf(entry('1', 'linux', 's390x')),
      indexOf(entry('0', 'windows', 'amd64')),
    ]) {
      assert.throws(() => selectManifest(readIndex(index), amd64), { code: 'NO_MATCHING_PLATFORM' });
    }
  });
});

describe('oci/media-types', () => {
  it('tells how a layer is compressed', () => {
    assert.equal(compressionOf(mediaTypes.dockerLayerGzip), 'gzip');
    assert.equal(compressionOf(mediaTypes.ociLayerZstd), 'zstd');
    assert.equal(compressionOf(mediaTypes.ociLayer), 'none');
    assert.equal(compressionOf('application/vnd.in-toto+json'), undefined);
  });
});
