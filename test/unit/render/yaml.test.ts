import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parse } from 'yaml';
import { renderYaml } from '../../../src/render/yaml.ts';

describe('renderYaml', () => {
  it('prints blocks', () => {
    const value = {
      host: { arch: 'amd64', cpus: 2, list: ['a', { b: true }], none: [], gone: undefined },
      x: null,
    };
    assert.equal(
      renderYaml(value),
      'host:\n  arch: amd64\n  cpus: 2\n  list:\n    - a\n    - b: true\n  none: []\nx: null\n',
    );
  });

  it('is read back to the same, by YAML 1.1 and 1.2', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.constantFrom('yes', '1e3', '0x1', 'a: b', 'a #b', '- a', 'a:b', 'A ', '~'),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.dictionary(fc.string(), tie('any'), { maxKeys: 4, noNullPrototype: true }),
      any: fc.oneof({ maxDepth: 3 }, leaf, tie('tree'), fc.array(tie('any'), { maxLength: 3 })),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const text = renderYaml(value as Record<string, unknown>);
        if (Object.keys(value as object).length === 0) return;
        assert.deepEqual(parse(text, { version: '1.2' }), value);
        assert.deepEqual(parse(text, { version: '1.1' }), value);
      }),
    );
  });
});
