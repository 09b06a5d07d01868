import type { LogLine } from '../contracts/logs.ts';

const RECORD = /^(\S+) (stdout|stderr) ([FP])(?::\S*)? (.*)$/s;

/**
 * Parses one record of a CRI log, `TIME STREAM TAG TEXT`, without its line end. The tag is `F` for a whole line or
 * the last part of one, `P` for a part that goes on. Undefined for what is no record, such as one that a crash cut.
 */
export function parseLine(record: string): LogLine | undefined {
  const [, time, stream, tag, text] = RECORD.exec(record) ?? [];
  if (time === undefined || text === undefined || Number.isNaN(Date.parse(time))) return undefined;
  return { time, stream: stream as LogLine['stream'], text, partial: tag === 'P' };
}
