import { commandsPage } from './commands.ts';
import { kubernetesSupportPage } from './kubernetes-support.ts';

/** The pages of docs/ that are made from the sources, by file name, each with what makes its text. */
export const pages: ReadonlyMap<string, () => Promise<string>> = new Map([
  ['commands.md', commandsPage],
  ['kubernetes-support.md', async () => kubernetesSupportPage()],
]);
