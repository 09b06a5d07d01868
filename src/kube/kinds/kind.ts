import type { NameRule } from '../rules/metadata.ts';
import type { Subject } from '../rules/subject.ts';
import type { KubeObject } from '../wire.ts';

/** What the check of an object may ask about where it comes from. */
export interface Surroundings {
  /** The folder that relative host paths start from; undefined where there is none. */
  readonly folder: string | undefined;
}

/** A kind that Kubernetes has built in. */
export interface Kind {
  readonly name: string;
  /** The versions that a cluster of today serves, the preferred one first. */
  readonly apiVersions: readonly [string, ...string[]];
  /** True where `play` does something with it. */
  readonly acts: boolean;
  readonly nameRule: NameRule;
  /** What the API server asks beyond metadata and types. The object is well typed. */
  readonly check?: (object: Subject<KubeObject>, surroundings: Surroundings) => void;
}
