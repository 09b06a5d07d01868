import assert from 'node:assert/strict';
import { VolumeError } from '../../../src/errors/volume-error.ts';
import { configMapData } from '../../../src/kube/config-map-data.ts';
import { secretData } from '../../../src/kube/secret-data.ts';
import { type Selection, selectPayload } from '../../../src/volumes/payload.ts';

const selection: Selection = {
  volume: 'v',
  object: 'ConfigMap cfg',
  data: new Map([
    ['a', Buffer.from('1')],
    ['b', Buffer.from('2')],
  ]),
  items: undefined,
  defaultMode: undefined,
  optional: undefined,
};

function files(part: Partial<Selection>) {
  const payload = selectPayload({ ...selection, ...part });
  return [...payload].map(([path, { data, mode }]) => [path, Buffer.from(data).toString(), mode.toString(8)]);
}

const volumeError =
  (code: string, ...words: string[]) =>
  (error: unknown) =>
    error instanceof VolumeError &&
    error.code === code &&
    words.every((word) => error.message.includes(word));

describe('data of configMap and secret volumes', () => {
  it('C16: is byte for byte, with no line end added', () => {
    const data = configMapData({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'bin' },
      data: { 't.txt': 'hi' },
      binaryData: { 'b.bin': 'AAH+/w==' },
    });
    assert.deepEqual(data.get('b.bin'), Buffer.from([0, 1, 0xfe, 0xff]));
    assert.deepEqual(data.get('t.txt'), Buffer.from('hi'));
  });

  it('C24: stringData wins over data', () => {
    const data = secretData({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { u: 'b2xk', p: 'cGFzcw==' },
      stringData: { u: 'new' },
    });
    assert.deepEqual(
      [...data].map(([key, value]) => [key, value.toString()]),
      [
        ['u', 'new'],
        ['p', 'pass'],
      ],
    );
  });

  it('C18: a missing key is named with volume and object, and left out when optional', () => {
    const items = [
      { key: 'zzz', path: 'z' },
      { key: 'a', path: 'y' },
    ];
    assert.throws(() => files({ items }), volumeError('KEY_MISSING', 'v', 'cfg', 'zzz'));
    assert.deepEqual(files({ items, optional: true }), [['y', '1', '644']]);
  });

  it('a missing object is named, and gives no files when optional', () => {
    assert.throws(() => files({ data: undefined }), volumeError('SOURCE_MISSING', 'v', 'cfg'));
    assert.deepEqual(files({ data: undefined, optional: true }), []);
    assert.deepEqual(files({ data: undefined, optional: true, items: [{ key: 'a', path: 'a' }] }), []);
  });

  it('C19: each file has its own mode, else that of the volume, else 0644', () => {
    assert.deepEqual(files({}), [
      ['a', '1', '644'],
      ['b', '2', '644'],
    ]);
    assert.deepEqual(files({ defaultMode: 256 }), [
      ['a', '1', '400'],
      ['b', '2', '400'],
    ]);
    const items = [
      { key: 'a', path: 'a' },
      { key: 'b', path: 'deep/b', mode: 0o600 },
    ];
    assert.deepEqual(files({ items, defaultMode: 0o440 }), [
      ['a', '1', '440'],
      ['deep/b', '2', '600'],
    ]);
  });

  for (const path of ['/a', '../a', 'a/../b', '..a', 'a//b', '', './a']) {
    it(`refuses the path ${JSON.stringify(path)}`, () => {
      assert.throws(() => files({ items: [{ key: 'a', path }] }), volumeError('PATH_INVALID', 'v'));
    });
  }
});
