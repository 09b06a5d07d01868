import { NetworkError } from '../errors/network-error.ts';
import { PodError } from '../errors/pod-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import type { AttachmentRecord, AttachmentRecords } from './attachment-records.ts';
import type { Nft, NftObject } from './nft.ts';
import {
  addScript,
  allElements,
  dropScript,
  elementsOf,
  elementTexts,
  removeScript,
  type Table,
  type TableElements,
  tableScript,
} from './ruleset.ts';

/** The store's nftables table, kept equal to the records. */
export interface PortTable {
  /**
   * Adds what the record publishes. Calls made while another runs go into one transaction.
   * Throws NetworkError FIREWALL_FAILED.
   */
  add(record: AttachmentRecord): Promise<void>;
  /** Removes what the record had published; its record says `published: false` by now. Throws FIREWALL_FAILED. */
  remove(record: AttachmentRecord): Promise<void>;
  /** Makes the table anew from the records. The caller holds the lock. Throws FIREWALL_FAILED. */
  rebuild(): Promise<void>;
  /** Rebuilds the table unless it holds just what the records publish. The caller holds the lock. */
  ensure(): Promise<void>;
  /** Removes the table. The caller holds the lock. */
  drop(): Promise<void>;
}

export interface PortTableSettings {
  readonly nft: Nft;
  readonly records: AttachmentRecords;
  readonly exclusive: <T>(act: () => Promise<T>) => Promise<T>;
  readonly name: string;
  /** The range of the store's pods. */
  pods(): string;
  /** Called under the lock when the table was found missing, after it was rebuilt: other rules may be gone as well. */
  vanished(): Promise<void>;
}

/** The table `inet <name>`. */
export function createPortTable(settings: PortTableSettings): PortTable {
  const { nft, records, exclusive, name } = settings;
  const table = (): Table => ({ name, pods: settings.pods() });
  const rebuild = () => applied(nft.apply(tableScript(table(), allElements(records.all()))));

  async function commit(scripts: readonly string[]): Promise<void> {
    await exclusive(async () => {
      try {
        await nft.apply(scripts.join(''));
      } catch (error) {
        // The table is gone or differs from the records, which are the truth.
        if (!(error instanceof ProcessError)) throw error;
        await rebuild();
        await settings.vanished();
      }
    });
  }

  const change = grouped(commit);
  return {
    add: (record) => change(addScript(name, elementsOf(record))),
    remove: (record) => change(removeScript(name, elementsOf({ ...record, published: true }))),
    rebuild,
    async ensure() {
      const listed = await nft.table(name);
      if (!holds(listed, { table: table(), elements: allElements(records.all()) })) await rebuild();
    },
    drop: () => applied(nft.apply(dropScript(name))),
  };
}

/**
 * Runs `commit` on one batch at a time: what is asked for meanwhile is gathered into the next batch. Empty scripts
 * need no transaction.
 */
function grouped(commit: (scripts: readonly string[]) => Promise<void>): (script: string) => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let waiting: { readonly scripts: string[]; readonly done: Promise<void> } | undefined;
  return async (script) => {
    if (script === '') return;
    if (waiting === undefined) {
      const scripts: string[] = [];
      const done = running.then(() => {
        waiting = undefined;
        return commit(scripts);
      });
      running = done.catch(() => undefined);
      waiting = { scripts, done };
    }
    waiting.scripts.push(script);
    await waiting.done;
  };
}

async function applied(transaction: Promise<void>): Promise<void> {
  try {
    await transaction;
  } catch (error) {
    if (error instanceof PodError && !(error instanceof ProcessError)) throw error;
    throw new NetworkError({
      code: 'FIREWALL_FAILED',
      kind: 'external',
      message: 'the nftables rules for pods could not be set',
      hint: 'the kernel needs nf_tables with nat, fib and masquerade; try `nft list ruleset` as root',
      cause: error,
    });
  }
}

/** Pure: whether a listing is the table that `tableScript` makes: as many rules in each chain, and the same elements. */
export function holds(
  listed: readonly NftObject[],
  { table, elements }: { readonly table: Table; readonly elements: TableElements },
): boolean {
  const rules = listed.filter(({ kind }) => kind === 'rule').map(({ fields }) => String(fields['chain']));
  if (rules.toSorted().join() !== ruleChains(tableScript(table, elements)).toSorted().join()) return false;
  return Object.entries(elementTexts(elements)).every(([set, texts]) => {
    const found = listed.find(
      ({ kind, fields }) => (kind === 'set' || kind === 'map') && fields['name'] === set,
    );
    const present = found === undefined ? undefined : listedElements(found.fields['elem']);
    return present !== undefined && present.toSorted().join() === texts.toSorted().join();
  });
}

/** The chain of each rule in a table's text. */
function ruleChains(script: string): readonly string[] {
  let chain = '';
  return script.split('\n').flatMap((line) => {
    const opened = /^ {2}chain (\S+) \{$/.exec(line)?.[1];
    if (opened !== undefined) chain = opened;
    return line.startsWith('    ') && !line.startsWith('    type ') ? [chain] : [];
  });
}

/** Pure: the elements of a set or map in nft's JSON, written as `elementTexts` writes them. */
export function listedElements(elements: unknown): readonly string[] {
  if (!Array.isArray(elements)) return [];
  return elements.map((element) =>
    Array.isArray(element) ? element.map((part) => elementText(part)).join(' : ') : elementText(element, '"'),
  );
}

function elementText(element: unknown, quote = ''): string {
  const parts =
    typeof element === 'object' && element !== null && 'concat' in element ? element.concat : undefined;
  return Array.isArray(parts) ? parts.join(' . ') : `${quote}${element}${quote}`;
}
