import type { KubeObject, Pod } from '../kube/wire.ts';
import type { PortMapping } from './network.ts';
import type { ObjectKey } from './store.ts';

/** What a play makes of a pod. */
export interface PlannedPod {
  /** As written, with the flags' changes. */
  readonly pod: Pod;
  readonly namespace: string;
  readonly networks: readonly string[];
  readonly ports: readonly PortMapping[];
  readonly folder?: string;
  /** The object that it was made from, when that is not the file's own Pod. */
  readonly owner?: ObjectKey;
}

/** What a play makes, in the order in which it makes it. */
export interface PlayPlan {
  readonly objects: readonly { readonly key: ObjectKey; readonly object: KubeObject }[];
  readonly pods: readonly PlannedPod[];
}
