import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ValueError } from '../../../src/errors/value-error.ts';
import { bigDataName } from '../../../src/storage/big-data-name.ts';
import { layerId, layerIds } from '../../../src/storage/layer-id.ts';
import { isLinkName, linkName } from '../../../src/storage/link-name.ts';
import { ownerMark, readOwnerMark, recordName } from '../../../src/storage/owner.ts';

const [first, second] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

describe('layerIds', () => {
  it("are a base layer's digest, and digests of the chain above", () => {
    const chained = createHash('sha256')
      .update(`${'a'.repeat(64)}+${'b'.repeat(64)}`)
      .digest('hex');
    assert.deepEqual(layerIds([first, second]), ['a'.repeat(64), chained]);
    assert.equal(layerId(first, undefined), 'a'.repeat(64));
  });

  it('refuse what is no digest', () => assert.throws(() => layerIds(['a/b']), ValueError));
});

describe('bigDataName', () => {
  const cases = [
    ['manifest', 'manifest'],
    ['sha256:ab', '=c2hhMjU2OmFi'],
    ['manifest-sha256:a', '=bWFuaWZlc3Qtc2hhMjU2OmE='],
    ['../escape', '=Li4vZXNjYXBl'],
    ['Upper', '=VXBwZXI='],
  ] as const;
  for (const [key, name] of cases) it(key, () => assert.equal(bigDataName(key), name));
});

describe('linkName', () => {
  it('is random, and told from anything else', () => {
    const names = new Set(Array.from({ length: 100 }, linkName));
    assert.equal(names.size, 100);
    for (const name of names) assert.ok(isLinkName(name));
    for (const text of [
      '',
      'A'.repeat(25),
      'A'.repeat(27),
      `${'A'.repeat(25)}1`,
      `../${'A'.repeat(23)}`,
      `${'A'.repeat(26)}\n`,
    ]) {
      assert.ok(!isLinkName(text), text);
    }
  });
});

describe('owner marks', () => {
  const record = (metadata?: string) => ({ id: 'x', ...(metadata === undefined ? {} : { metadata }) });

  it('come back as they were written', () => {
    const mark = { owner: 'pod', store: 'abcdef01', name: 'web-main' };
    assert.deepEqual(readOwnerMark(record(ownerMark({ store: 'abcdef01', name: 'web-main' }))), mark);
  });

  it("are not seen in other tools' records", () => {
    for (const metadata of [
      undefined,
      '',
      '{}',
      '{"owner":"x"}',
      '{broken',
      'text',
      '{"image-name":"pod"}',
    ]) {
      assert.equal(readOwnerMark(record(metadata)), undefined, metadata);
    }
  });

  it('name records by store and container', () => {
    assert.equal(recordName('abcdef01', 'c'.repeat(64)), `pod_abcdef01_${'c'.repeat(12)}`);
    assert.equal(recordName('', 'c'.repeat(64)), `pod_${'c'.repeat(12)}`);
  });
});
