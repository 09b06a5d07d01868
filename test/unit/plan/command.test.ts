import assert from 'node:assert/strict';
import type { ImageRunConfig } from '../../../src/oci/image-config.ts';
import { containerCommand } from '../../../src/plan/command.ts';

const NONE: ReadonlyMap<string, string> = new Map();

function image(config: ImageRunConfig) {
  return { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' as const, diff_ids: [] }, config };
}

describe('the command of a container', () => {
  describe('C43: command and args against ENTRYPOINT and CMD', () => {
    const both = image({ Entrypoint: ['echo', 'e'], Cmd: ['d'] });
    for (const [name, container, expected] of [
      ['neither', {}, ['echo', 'e', 'd']],
      ['args', { args: ['x'] }, ['echo', 'e', 'x']],
      ['command', { command: ['echo', 'c'] }, ['echo', 'c']],
      ['both', { command: ['echo', 'c'], args: ['x'] }, ['echo', 'c', 'x']],
      ['empty lists', { command: [], args: [] }, ['echo', 'e', 'd']],
    ] as const) {
      it(name, () => {
        const written = { ...container } as { command?: string[]; args?: string[] };
        assert.deepEqual(containerCommand({ container: written, image: both, variables: NONE }), expected);
      });
    }

    it('takes what the image has', () => {
      const run = (config: ImageRunConfig) =>
        containerCommand({ container: {}, image: image(config), variables: NONE });
      assert.deepEqual(run({ Cmd: ['sh'] }), ['sh']);
      assert.deepEqual(run({ Entrypoint: ['sh'], Cmd: null }), ['sh']);
      assert.deepEqual(run({}), []);
      assert.deepEqual(containerCommand({ container: {}, image: undefined, variables: NONE }), []);
    });
  });

  it('expands references in command and args, and only there', () => {
    const variables = new Map([['NAME', 'ann']]);
    const container = { command: ['echo', '$(NAME)'], args: ['$$(NAME)', '$(NOPE)', '$(NAME)-$(NAME)'] };
    assert.deepEqual(containerCommand({ container, image: undefined, variables }), [
      'echo',
      'ann',
      '$(NAME)',
      '$(NOPE)',
      'ann-ann',
    ]);
    const literal = image({ Entrypoint: ['$(NAME)'] });
    assert.deepEqual(containerCommand({ container: {}, image: literal, variables }), ['$(NAME)']);
  });
});
