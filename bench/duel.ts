import type { Sample } from './sample.ts';
import type { Row, Scenario } from './scenario.ts';
import type { Tool } from './tool.ts';

/** A row's medians, per tool that took part. */
export interface Result {
  readonly row: Row;
  readonly rounds: number;
  readonly samples: Readonly<Partial<Record<Tool['name'], Sample>>>;
}

/** Lets the tools do a scenario in turn, round by round, after one round that does not count. */
export async function duel(
  scenario: Scenario,
  tools: readonly Tool[],
  folder: string,
): Promise<readonly Result[]> {
  const { rounds, rows } = scenario;
  const taken = new Map<Tool, (readonly Sample[])[]>(tools.map((tool) => [tool, []]));
  await scenario.prepare?.(folder);
  for (const tool of tools) await scenario.begin?.(tool, folder);
  for (let round = -1; round < rounds; round++) {
    for (const tool of tools) {
      const samples = await scenario.round(tool, folder);
      if (round >= 0) taken.get(tool)?.push(samples);
    }
  }
  for (const tool of tools) await scenario.end?.(tool, folder);
  return rows.map((row, index) => ({
    row,
    rounds,
    samples: Object.fromEntries(
      tools.map((tool) => [
        tool.name,
        middle((taken.get(tool) ?? []).flatMap((samples) => samples.slice(index, index + 1))),
      ]),
    ),
  }));
}

/** The median of the times; the mean of CPU time, which is coarse; the most memory. */
function middle(samples: readonly Sample[]): Sample {
  const times = samples.map(({ seconds }) => seconds).sort((one, other) => one - other);
  return {
    seconds: times[Math.floor(times.length / 2)] ?? Number.NaN,
    cpu: samples.reduce((sum, { cpu }) => sum + cpu, 0) / samples.length,
    memory: Math.max(...samples.map(({ memory }) => memory)),
  };
}
