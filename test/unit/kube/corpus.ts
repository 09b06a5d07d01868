import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';

const candidates = [process.env['POD_CORPUS'], resolve(import.meta.dirname, '../../../../shared/corpus')];

/** The folder of real manifests, which is not part of the repository; POD_CORPUS names it. */
export const corpus = candidates.find((folder) => folder !== undefined && existsSync(folder));

/** Its manifests, relative to it. */
export const corpusFiles =
  corpus === undefined ? [] : globSync('**/*.{yaml,yml,json}', { cwd: corpus }).toSorted();
