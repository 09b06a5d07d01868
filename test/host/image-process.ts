/** Does one thing to a store in a process of its own, so that tests can kill it or run many: ROOT RUNROOT VERB ARGUMENT... */
import { createImages } from '../../src/images/create-images.ts';
import { createImageStore } from '../../src/storage/create-image-store.ts';
import { createRootfs } from '../../src/storage/create-rootfs.ts';
import { storeId } from './peer-store.ts';

const [root = '', runroot = '', verb = '', ...rest] = process.argv.slice(2);
const [first = '', second = '', third = ''] = rest;
const stateFolder = `${root}/pod`;
const images = createImages({
  store: createImageStore({ root, runroot, stateFolder }),
  registry: {
    resolve: async () => {
      throw new Error('no registry here');
    },
  },
  registries: { searchRegistries: [], aliases: {}, rules: [] },
  platform: { os: 'linux', architecture: 'amd64' },
  temporaryFolder: `${stateFolder}/tmp`,
});
const rootfs = createRootfs({ root, runroot, stateFolder, runFolder: `${runroot}/pod`, storeId });

const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  load: () => images.load(first),
  import: () => images.import({ source: first, reference: second, changes: [] }),
  remove: () => images.remove(first, { force: false }),
  mount: async () =>
    rootfs.mount({ containerId: first, name: 'web', imageId: (await images.get(second)).id }),
  unmount: () => rootfs.remove(first),
  /** Imports and tags, over and over, with every third image removed again. */
  churn: async () => {
    for (let round = 0; round < Number(third); round++) {
      await images.import({
        source: first,
        reference: `${second}:${round}`,
        changes: [`LABEL n=${second}${round}`],
      });
      await images.tag(`${second}:${round}`, [`${second}-tag:${round}`]);
      if (round % 3 === 0) {
        await images.remove(`${second}:${round}`, { force: false });
        await images.remove(`${second}-tag:${round}`, { force: false });
      }
    }
  },
};

await verbs[verb]?.();
