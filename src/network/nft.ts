import type { Exec } from '../contracts/exec.ts';
import { HostError } from '../errors/host-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import { findProgram } from '../host/program.ts';
import { isRecord } from './is-record.ts';

/** One object of nft's JSON output (libnftables-json(5)): a table, chain, rule, set or map, by its kind. */
export interface NftObject {
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The program nft. */
export interface Nft {
  /** Throws HostError TOOL_MISSING. */
  need(): void;
  /** Applies the commands as one transaction. Throws ProcessError FAILED, and then nothing was changed. */
  apply(script: string): Promise<void>;
  /** All tables of this network namespace. */
  ruleset(): Promise<readonly NftObject[]>;
  /** One table with all that is in it; empty if it is not there. */
  table(name: string): Promise<readonly NftObject[]>;
}

/** Throws HostError TOOL_MISSING from each call if nft is not installed. */
export function createNft(exec: Exec): Nft {
  async function listing(what: readonly string[]): Promise<readonly NftObject[]> {
    const { status, stdout } = await present(exec.complete({ argv: ['nft', '-j', 'list', ...what] }));
    return status === 0 ? parseListing(stdout) : [];
  }
  return {
    need() {
      try {
        findProgram('nft', process.env['PATH'] ?? '');
      } catch (error) {
        throw notInstalled(error);
      }
    },
    async apply(script) {
      await present(exec.run({ argv: ['nft', '-f', '-'], stdin: script }));
    },
    async ruleset() {
      return parseListing(await present(exec.run({ argv: ['nft', '-j', 'list', 'ruleset'] })));
    },
    table: (name) => listing(['table', 'inet', name]),
  };
}

async function present<T>(running: Promise<T>): Promise<T> {
  try {
    return await running;
  } catch (error) {
    throw notInstalled(error);
  }
}

/** The error for a missing nft; any other error as it is. */
function notInstalled(error: unknown): unknown {
  if (!(error instanceof ProcessError && error.code === 'NOT_FOUND')) return error;
  return new HostError({
    code: 'TOOL_MISSING',
    message: 'nft is not installed: pods need it for masquerading and published ports',
    hint: 'install the package nftables',
    cause: error,
  });
}

/** Pure: the objects of `nft -j list`, each with its kind. */
export function parseListing(json: string): readonly NftObject[] {
  const listing: unknown = JSON.parse(json);
  const objects = isRecord(listing) ? listing['nftables'] : undefined;
  if (!Array.isArray(objects)) return [];
  return objects
    .filter(isRecord)
    .flatMap((object) =>
      Object.entries(object).flatMap(([kind, fields]) => (isRecord(fields) ? [{ kind, fields }] : [])),
    );
}
