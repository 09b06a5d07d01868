import type { ContainerRecord } from './record.ts';

/** What our container records say about themselves in `metadata`. */
interface OwnerMark {
  readonly owner: 'pod';
  /** Of the store; empty for the default one. */
  readonly store: string;
  /** `<pod>-<container>`. */
  readonly name: string;
}

/** The name of a container's record: never one that a user would give, since names are unique in the store. */
export function recordName(storeId: string, containerId: string): string {
  return ['pod', storeId, containerId.slice(0, 12)].filter((part) => part !== '').join('_');
}

export function ownerMark(mark: Omit<OwnerMark, 'owner'>): string {
  return JSON.stringify({ owner: 'pod', ...mark } satisfies OwnerMark);
}

/** The mark of a record that pod made; undefined for other tools' records, whatever their metadata is. */
export function readOwnerMark({ metadata }: ContainerRecord): OwnerMark | undefined {
  if (metadata === undefined || !metadata.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(metadata);
    const ours = typeof value === 'object' && value !== null && 'owner' in value && value.owner === 'pod';
    return ours ? (value as OwnerMark) : undefined;
  } catch (error) {
    // Another tool's text that happens to begin like ours.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
