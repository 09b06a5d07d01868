import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layerArchive } from './layer-archive.ts';
import { IMAGE, manifest } from './manifest.ts';
import { rootArchive } from './root-archive.ts';
import type { Sample } from './sample.ts';
import type { Tool } from './tool.ts';

/** What is to be measured, and how much of it is allowed. */
export interface Row {
  readonly title: string;
  /** The most seconds, share of podman's time, and MB. */
  readonly budget: { readonly seconds?: number; readonly ratio?: number; readonly memory?: number };
  /** The share of podman's time that is aimed at. */
  readonly goal?: number;
}

/** Something that both tools do in turn, several times. */
export interface Scenario {
  readonly name: string;
  readonly rounds: number;
  readonly rows: readonly Row[];
  /** Once before the rounds, for all tools. */
  prepare?(folder: string): Promise<void> | void;
  /** Once per tool before the rounds. */
  begin?(tool: Tool, folder: string): Promise<unknown>;
  /** One sample per row. */
  round(tool: Tool, folder: string): Promise<readonly Sample[]>;
  /** Once per tool after the rounds. */
  end?(tool: Tool, folder: string): Promise<unknown>;
}

/** Imports the image that the pods run. */
export async function importImage(tool: Tool, folder: string): Promise<Sample> {
  return tool.run('import', '--change', 'ENV PATH=/bin', join(folder, 'root.tar'), IMAGE);
}

/** Writes what every scenario needs. */
export function prepareAll(folder: string): void {
  rootArchive(folder);
  for (const pods of [1, 20, 100]) writeFileSync(file(folder, pods), manifest(`bench-${pods}`, pods));
}

/** In the order of the design's table. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'version',
    rounds: 15,
    rows: [{ title: '`--version`', budget: { seconds: 0.08 } }],
    round: async (tool) => [await tool.run('--version')],
  },
  {
    name: 'ps',
    rounds: 15,
    rows: [{ title: '`ps`, no pods', budget: { seconds: 0.11 } }],
    round: async (tool) => [await tool.run('ps')],
  },
  {
    name: 'play-1',
    rounds: 11,
    rows: [{ title: 'play a pod of one container', budget: { ratio: 1 }, goal: 0.6 }],
    async round(tool, folder) {
      const played = await play(tool, file(folder, 1));
      await down(tool, file(folder, 1));
      return [played];
    },
  },
  {
    name: 'play-20',
    rounds: 3,
    rows: [
      { title: 'play a file of 20 pods', budget: { ratio: 1 / 3 }, goal: 1 / 6 },
      { title: 'take 20 pods down, no grace', budget: { ratio: 1 / 3 }, goal: 1 / 10 },
    ],
    round: async (tool, folder) => [await play(tool, file(folder, 20)), await down(tool, file(folder, 20))],
  },
  {
    name: 'ps-100',
    rounds: 7,
    rows: [{ title: '`ps`, 100 pods running', budget: { seconds: 0.15 } }],
    begin: (tool, folder) => play(tool, file(folder, 100)),
    round: async (tool) => [await tool.run('ps')],
    end: (tool, folder) => down(tool, file(folder, 100)),
  },
  {
    name: 'import',
    rounds: 7,
    rows: [{ title: 'import a root filesystem of 2 MB', budget: { ratio: 1 } }],
    async round(tool, folder) {
      await tool.run('rmi', IMAGE);
      return [await importImage(tool, folder)];
    },
  },
  {
    name: 'load',
    rounds: 3,
    rows: [
      { title: 'load a layer of 30,000 files, 270 MB', budget: { ratio: 0.6, memory: 250 } },
      { title: 'remove that image', budget: { ratio: 1 } },
    ],
    async prepare(folder) {
      await layerArchive(folder);
    },
    async round(tool, folder) {
      // What was written before must not be paid for by this round.
      execFileSync('sync');
      const loaded = await tool.run('load', '--input', join(folder, 'layer.tar'));
      return [loaded, await tool.run('rmi', 'localhost/layer:latest')];
    },
  },
];

const play = (tool: Tool, path: string) => tool.run('play', 'kube', path);
const down = (tool: Tool, path: string) => tool.run('play', 'kube', '--down', path);
const file = (folder: string, pods: number) => join(folder, `${pods}.yaml`);
