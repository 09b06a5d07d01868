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

interface Route {
  readonly range: string;
  /** True for a route to nowhere. */
  readonly rejects: boolean;
}

/** The routes of the machine that the process runs on. */
export function createHostRoutes(exec: Exec): HostRoutes {
  const routes = () => parseRoutes(readFile(routeTable)?.toString('utf8') ?? '');
  const isReserved = (range: string) => routes().some((route) => route.rejects && route.range === range);
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
        const isTaken = routes().some((route) => route.range === range);
        if (error instanceof ProcessError && isTaken) return false;
        throw error;
      }
    },
    async release(range) {
      if (isReserved(range)) await exec.run({ argv: ['ip', 'route', 'del', 'unreachable', range] });
    },
  };
}

/** Pure: the routes in /proc/net/route, whose addresses are hexadecimal, in the byte order of x86 and arm64. */
export function parseRoutes(table: string): readonly Route[] {
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter((fields) => fields.length > 7)
    .map(([, destination = '', , flags = '', , , , mask = '']) => {
      const prefix = swapped(mask).toString(2).replaceAll('0', '').length;
      return {
        range: new IPv4Range(swapped(destination), prefix).toString(),
        rejects: (Number.parseInt(flags, 16) & rejectFlag) !== 0,
      };
    });
}

function swapped(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE();
}
