import type { LogLine, LogQuery, Logs } from '../contracts/logs.ts';
import { longestTimer } from '../values/duration.ts';
import { Changes } from './changes.ts';
import { LogFile } from './log-file.ts';
import { parseLine } from './parse-line.ts';

/**
 * Logs in the format of the CRI, as conmon writes them: the file itself and, before it, those it was rotated to
 * (`.1` the newest). Following goes on across rotations. A log that is not there has no lines.
 */
export function createLogs(): Logs {
  return { read };
}

async function* read(query: LogQuery): AsyncGenerator<LogLine> {
  // Watched before it is read, so that nothing is written unseen in between.
  using changes = query.follow ? new Changes(query.path) : undefined;
  const files = await openAll(query.path);
  try {
    yield* within(query, lines(await positioned(files, query), query.signal));
    if (!changes) return;
    yield* within(query, follow({ ...query, signal: deadline(query), changes, file: files.at(-1) }));
  } finally {
    await Promise.all(files.map((file) => file[Symbol.asyncDispose]()));
  }
}

/** The lines from `since` to `until`; they are in order of time. */
async function* within({ since, until }: LogQuery, all: AsyncIterable<LogLine>): AsyncGenerator<LogLine> {
  for await (const line of all) {
    const time = Date.parse(line.time);
    if (until && time > until.getTime()) return;
    if (!since || time >= since.getTime()) yield line;
  }
}

/** Aborted when the caller wants no more, or when it is `until`. */
function deadline({ signal, until }: LogQuery): AbortSignal {
  const signals = signal ? [signal] : [];
  const left = until && Math.max(until.getTime() - Date.now(), 0);
  if (left !== undefined && left < longestTimer) signals.push(AbortSignal.timeout(left));
  return AbortSignal.any(signals);
}

/**
 * The files of a log, oldest first. They are opened newest first: a rotation in between then shows one file twice,
 * which can be told, instead of hiding one.
 */
async function openAll(path: string): Promise<readonly LogFile[]> {
  const files: LogFile[] = [];
  for (let number = 0; ; number += 1) {
    const file = await LogFile.open(number === 0 ? path : `${path}.${number}`);
    if (!file && number > 0) return files.reverse();
    if (!file) continue;
    if (files.some(({ inode }) => inode === file.inode)) await file[Symbol.asyncDispose]();
    else files.push(file);
  }
}

/** The files that have anything wanted, each at its first wanted line. */
async function positioned(files: readonly LogFile[], { tail, since }: LogQuery): Promise<readonly LogFile[]> {
  const recent = files.filter(({ modified }) => !since || modified >= since);
  if (tail === undefined || tail < 0) return recent;
  const wanted: LogFile[] = [];
  let missing = tail;
  for (const file of files.toReversed()) {
    missing -= await file.seekTail(missing);
    wanted.unshift(file);
    if (missing === 0) break;
  }
  return wanted.filter((file) => recent.includes(file));
}

async function* lines(files: readonly LogFile[], signal?: AbortSignal): AsyncGenerator<LogLine> {
  for (const file of files) {
    for await (const record of file.records()) {
      if (signal?.aborted) return;
      const line = parseLine(record);
      if (line) yield line;
    }
  }
}

interface Follow extends LogQuery {
  readonly changes: Changes;
  /** The newest, already read to its end; undefined before anything was logged. */
  readonly file: LogFile | undefined;
  readonly signal: AbortSignal;
}

async function* follow({ path, running, signal, changes, file: first }: Follow): AsyncGenerator<LogLine> {
  let file = first;
  try {
    while (!signal.aborted) {
      // Asked before the rest is read: what a container wrote before it ended is then there.
      const isOver = running ? !(await running()) : false;
      if (file) yield* lines([file], signal);
      const newer = await newerFile(path, file);
      if (newer) {
        // Between the last read and the rotation the old file may have grown.
        if (file) yield* lines([file], signal);
        await file?.[Symbol.asyncDispose]();
        file = newer;
      } else if (isOver) {
        return;
      } else {
        await changes.next(signal);
      }
    }
  } finally {
    await file?.[Symbol.asyncDispose]();
  }
}

async function newerFile(path: string, than: LogFile | undefined): Promise<LogFile | undefined> {
  const file = await LogFile.open(path);
  if (file?.inode !== than?.inode) return file;
  await file?.[Symbol.asyncDispose]();
  return undefined;
}
