/** Writes the pages of docs/ that are made from the sources: node scripts/docs.ts */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages } from './pages/pages.ts';

for (const [name, render] of pages) {
  writeFileSync(join(import.meta.dirname, '..', 'docs', name), await render());
  console.log(`docs: wrote docs/${name}`);
}
