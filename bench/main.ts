/**
 * Measures pod beside podman and prints the table: node bench/main.ts [SCENARIO...]. Both do the same in turn, each in
 * a store and a network namespace of its own, so that neither sees the other's firewall rules or the host's.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { duel, type Result } from './duel.ts';
import { programPath } from './program-path.ts';
import { report } from './report.ts';
import { importImage, prepareAll, scenarios } from './scenario.ts';
import { createPod, createPodman, type Tool } from './tool.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !scenarios.some((scenario) => scenario.name === name));
if (unknown === undefined) await measure();
else {
  console.error(`bench: no scenario is called ${unknown}: ${scenarios.map(({ name }) => name).join(', ')}`);
  process.exitCode = 1;
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pod-bench-'));
  const tools: Tool[] = [];
  try {
    tools.push(createPod(join(folder, 'pod')));
    const podman = programPath('podman');
    if (podman !== undefined) tools.push(createPodman(podman, join(folder, 'podman')));
    await setUp(tools, folder);
    const results: Result[] = [];
    for (const scenario of scenarios) {
      if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
      console.log(`bench: ${scenario.name}, ${scenario.rounds} rounds`);
      results.push(...(await duel(scenario, tools, folder)));
    }
    console.log(`\n${report(results)}\n`);
    console.log('Times are medians; ratio and CPU are shares of podman; memory is the peak of pod itself.');
  } finally {
    for (const tool of tools) await tool.remove();
    rmSync(folder, { recursive: true, force: true });
    console.log('bench: removed its pods, stores and network namespaces');
  }
}

/** Gives both the image and the first pod, with which podman makes the image of its infra container. */
async function setUp(tools: readonly Tool[], folder: string): Promise<void> {
  const [load = 0] = loadavg();
  if (load > 0.5) console.log(`bench: this machine is busy (load ${load.toFixed(1)}), so expect odd numbers`);
  console.log('bench: a store and a network namespace for each; for podman a containers.conf with');
  console.log('bench: limits of 4096 files and processes, file locks, crun, netavark, and no grace on stop');
  prepareAll(folder);
  for (const tool of tools) {
    await importImage(tool, folder);
    await tool.run('play', 'kube', join(folder, '1.yaml'));
    await tool.run('play', 'kube', '--down', join(folder, '1.yaml'));
  }
}
