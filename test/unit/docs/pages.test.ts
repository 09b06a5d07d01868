import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from '../../../scripts/pages/pages.ts';

describe('the pages of docs/ that are made from the sources', () => {
  for (const [name, render] of pages) {
    it(`docs/${name} is what \`npm run docs\` writes`, async () => {
      const path = join(import.meta.dirname, '../../../docs', name);
      assert.equal(readFileSync(path, 'utf8'), await render());
    });
  }
});
