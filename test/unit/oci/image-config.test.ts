import assert from 'node:assert/strict';
import { parseImageConfig } from '../../../src/oci/image-config.ts';

const diffId = `sha256:${'c'.repeat(64)}`;
const least = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } };
const parse = (value: unknown) => parseImageConfig(new TextEncoder().encode(JSON.stringify(value)));

describe('oci/image-config', () => {
  it('reads the least there can be', () => {
    assert.deepEqual(parse(least), least);
  });

  it('leaves nulls out and keeps what it does not know', () => {
    const read = parse({
      ...least,
      docker_version: '20.10',
      created: null,
      config: { Env: ['A=b'], Cmd: null, Labels: null, Volumes: { '/data': {} }, OnBuild: ['x'], User: '' },
      history: [{ created_by: 'x', empty_layer: true, comment: null }],
    });
    assert.deepEqual(read, {
      ...least,
      docker_version: '20.10',
      config: { Env: ['A=b'], Volumes: { '/data': {} }, OnBuild: ['x'], User: '' },
      history: [{ created_by: 'x', empty_layer: true }],
    });
  });

  const refused: readonly (readonly [what: string, value: unknown])[] = [
    ['no object', 'x'],
    ['no architecture', { ...least, architecture: undefined }],
    ['no rootfs', { ...least, rootfs: undefined }],
    ['another rootfs type', { ...least, rootfs: { type: 'base', diff_ids: [] } }],
    ['a bad diff id', { ...least, rootfs: { type: 'layers', diff_ids: ['sha256:x'] } }],
    ['a command that is a string', { ...least, config: { Cmd: 'sh' } }],
    ['an environment of numbers', { ...least, config: { Env: [1] } }],
    ['labels that are no strings', { ...least, config: { Labels: { a: 1 } } }],
    ['volumes as a list', { ...least, config: { Volumes: ['/data'] } }],
    ['a user that is a number', { ...least, config: { User: 0 } }],
    ['history of strings', { ...least, history: ['x'] }],
    ['an empty_layer that is a string', { ...least, history: [{ empty_layer: 'yes' }] }],
  ];
  for (const [what, value] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => parse(value), { name: 'ImageError', code: 'CONFIG_INVALID' });
    });
  }
});
