import type { Place } from './page.ts';
import type { KubeObject } from './wire.ts';

/** An object with the way back to the text that it was read from. */
export interface LocatedObject {
  /** Wire JSON as Kubernetes reads it, without defaults: null fields are absent, quantities are strings. */
  readonly object: KubeObject;
  /** Name of the file as the caller gave it. */
  readonly file: string;
  /** The folder that relative host paths start from; absent for standard input and URLs. */
  readonly folder?: string;
  /** Line on which the object starts. */
  readonly line: number;
  /**
   * Where a path such as `spec.containers[0].image` stands: its value, or its key where the value spans lines
   * or `key` is asked for. A path that does not exist gives the nearest thing around it.
   */
  locate(path: string, at?: 'key' | 'value'): Place;
}
