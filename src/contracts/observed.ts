import type { Pod } from '../kube/wire.ts';
import type { ContainerRecord, PodRecord } from './records.ts';

/** A container's record corrected by what the machine tells now. */
export interface ObservedContainer {
  readonly record: ContainerRecord;
  readonly running: boolean;
  /** Its process runs on without a monitor: it counts as killed, and whoever may do so kills it. */
  readonly orphaned?: boolean;
}

/** A pod as it is: its object, its record, and its containers in the record's order. */
export interface ObservedPod {
  readonly record: PodRecord;
  /** Undefined only while a pod is half-made or half-removed. */
  readonly pod: Pod | undefined;
  readonly containers: readonly ObservedContainer[];
  /** Whether the sandbox (namespaces, network, infra container) stands in this boot. */
  readonly sandboxUp: boolean;
}
