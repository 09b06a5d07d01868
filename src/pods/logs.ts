import type { Drivers } from '../contracts/drivers.ts';
import type { LogLine } from '../contracts/logs.ts';
import type { ObservedContainer } from '../contracts/observed.ts';
import { observeContainer } from './observe.ts';

type Needs = Pick<Drivers, 'store' | 'runtime' | 'processes' | 'logs'>;

export interface LogsOptions {
  readonly tail?: number | undefined;
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  readonly follow: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A log line and whose it is. */
export interface NamedLine extends LogLine {
  readonly container: string;
}

/**
 * The log lines of containers: merged by time, and when following as they come. Following ends when all of the
 * containers have ended.
 */
export async function* logs(
  drivers: Needs,
  containers: readonly ObservedContainer[],
  options: LogsOptions,
): AsyncGenerator<NamedLine> {
  const streams = containers.map((container) => read(drivers, container, options));
  yield* options.follow ? asTheyCome(streams) : byTime(streams);
}

async function* read(
  drivers: Needs,
  { record }: ObservedContainer,
  options: LogsOptions,
): AsyncGenerator<NamedLine> {
  const boot = await drivers.store.records.bootIdentity();
  const running = async () => {
    const now = await drivers.store.records.container(record.id);
    return (
      now !== undefined &&
      (now.phase === 'created' ||
        now.phase === 'creating' ||
        (await observeContainer(drivers, now, boot)).running)
    );
  };
  for await (const line of drivers.logs.read({ path: record.logPath, ...options, running })) {
    yield { ...line, container: record.fullName };
  }
}

/** Merges streams that are each in order of time. */
async function* byTime(streams: readonly AsyncGenerator<NamedLine>[]): AsyncGenerator<NamedLine> {
  const heads = await Promise.all(streams.map((stream) => stream.next()));
  for (;;) {
    let first = -1;
    for (const [index, head] of heads.entries()) {
      const best = heads[first];
      if (!head.done && (best === undefined || best.done || head.value.time < best.value.time)) first = index;
    }
    const head = heads[first];
    const stream = streams[first];
    if (head === undefined || head.done || stream === undefined) return;
    yield head.value;
    heads[first] = await stream.next();
  }
}

/** Gives each line on as soon as any of the streams has one. */
async function* asTheyCome(streams: readonly AsyncGenerator<NamedLine>[]): AsyncGenerator<NamedLine> {
  const waiting = new Map(streams.map((stream, index) => [index, next(stream, index)]));
  try {
    while (waiting.size > 0) {
      const { index, result } = await Promise.race(waiting.values());
      const stream = streams[index];
      if (result.done || stream === undefined) {
        waiting.delete(index);
      } else {
        waiting.set(index, next(stream, index));
        yield result.value;
      }
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}

async function next(stream: AsyncGenerator<NamedLine>, index: number) {
  return { index, result: await stream.next() };
}
