import { NetworkError } from '../errors/network-error.ts';
import { IPv4Range } from './ipv4-range.ts';

/** The address ranges of one store: pods and Services never overlap. */
export interface AddressPlan {
  readonly pods: string;
  readonly services: string;
}

/** Where the host's traffic already goes. */
export interface Occupied {
  /** First 8 hex digits of the store's identity; undefined for the default store. */
  readonly storeId: string | undefined;
  /** Destinations of the host's routes, `192.0.2.0/24`. */
  readonly routes: readonly string[];
}

/** Wider routes than this say where everything goes (a default route in halves), not that a network is there. */
const widestNetwork = 7;

/**
 * Chooses the ranges of a store: the first candidate that no route of the host overlaps. The default store starts
 * with 10.86.0.0/16 and 10.87.0.0/16; other stores start at a place that follows from their id, outside all
 * ranges of the default store. Throws NetworkError NO_FREE_RANGE.
 */
export function chooseAddresses({ storeId, routes }: Occupied): AddressPlan {
  const taken = routes
    .map((route) => IPv4Range.parse(route))
    .filter((range) => range !== undefined)
    .filter((range) => range.prefix > widestNetwork);
  const blocks = storeId === undefined ? defaultBlocks() : storeBlocks(storeId);
  const block = blocks.find((candidate) => !taken.some((range) => range.overlaps(candidate)));
  if (block === undefined) {
    throw new NetworkError({
      code: 'NO_FREE_RANGE',
      message: 'every address range that pods could use is routed elsewhere on this host',
      hint: 'look at `ip route show table all` for routes that cover all private addresses',
    });
  }
  return halves(block);
}

function halves(block: IPv4Range): AddressPlan {
  const prefix = block.prefix + 1;
  const pods = new IPv4Range(block.base, prefix);
  return { pods: pods.toString(), services: new IPv4Range(pods.base + pods.size, prefix).toString() };
}

function defaultBlocks(): readonly IPv4Range[] {
  return [
    ...blocksOf('10.86.0.0/15', 15),
    ...blocksOf('10.96.0.0/11', 15),
    ...blocksOf('172.16.0.0/12', 15),
    ...blocksOf('192.168.0.0/16', 19),
  ];
}

/** 1,024 places in 10.128.0.0/9, and 16 in 198.18.0.0/15 for hosts that route all of 10.0.0.0/8. */
function storeBlocks(storeId: string): readonly IPv4Range[] {
  const private10 = blocksOf('10.128.0.0/9', 19);
  const start = Number.parseInt(storeId, 16) % private10.length;
  return [...private10.slice(start), ...private10.slice(0, start), ...blocksOf('198.18.0.0/15', 19)];
}

function blocksOf(range: string, prefix: number): readonly IPv4Range[] {
  const whole = IPv4Range.parse(range);
  if (whole === undefined) throw new TypeError(`${range} is no range`);
  const size = 2 ** (32 - prefix);
  return Array.from(
    { length: whole.size / size },
    (_, index) => new IPv4Range(whole.base + index * size, prefix),
  );
}
