import type { Exec } from '../contracts/exec.ts';
import { ProcessError } from '../errors/process-error.ts';
import { readFile } from '../host/files.ts';
import { IPv4Range } from './ipv4-range.ts';
import { isRecord } from './is-record.ts';

/** IPv4 routes of the host. */
export interface HostRoutes {
  /** Destinations in all tables, `192.0.2.0/24`; default routes are named `default`. */
  destinations(): Promise<readonly string[]>;
  /** Whether exactly this range is routed to nowhere. Costs no process. */
  isReserved(range: string): boolean;
  /**
   * Routes the range to nowhere, except where there is a more specific route: pods that are gone answer at once,
   * and no other store takes the range. Returns false if somebody else has that very route.
   */
  reserve(range: string): Promise<boolean>;
  /** Takes the route away. No error if it is not there. */
  release(range: string): Promise<void>;
}

const routeTable = '/proc/net/route';
const rejectFlag = 0x200;

export function createHostRoutes(exec: Exec): HostRoutes {
  const isReserved = (range: string) => {
    const text = readFile(routeTable)?.toString('utf8') ?? '';
    return rejectedRanges(text).includes(range);
  };
  return {
    async destinations() {
      const json: unknown = JSON.parse(
        await exec.run({ argv: ['ip', '-j', '-4', 'route', 'show', 'table', 'all'] }),
      );
      return (Array.isArray(json) ? json : []).filter(isRecord).map((route) => String(route['dst']));
    },
    isReserved,
    async reserve(range) {
      try {
        await exec.run({ argv: ['ip', 'route', 'add', 'unreachable', range] });
        return true;
      } catch (error) {
        if (error instanceof ProcessError && isReserved(range)) return false;
        throw error;
      }
    },
    async release(range) {
      if (isReserved(range)) await exec.run({ argv: ['ip', 'route', 'del', 'unreachable', range] });
    },
  };
}

/** Pure: the ranges that /proc/net/route says are routed to nowhere. Its addresses are hexadecimal, in the host's byte order. */
export function rejectedRanges(table: string): readonly string[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter((fields) => (Number.parseInt(fields[3] ?? '0', 16) & rejectFlag) !== 0)
    .map(([, destination = '', , , , , , mask = '']) => {
      const prefix = swapped(mask).toString(2).replaceAll('0', '').length;
      return new IPv4Range(swapped(destination), prefix).toString();
    });
}

function swapped(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE();
}
