import { PodError } from './pod-error.ts';

export type FaultCode =
  | 'YAML_SYNTAX'
  | 'YAML_LIMIT'
  | 'NOT_AN_OBJECT'
  | 'UNKNOWN_KIND'
  | 'WRONG_API_VERSION'
  | 'UNKNOWN_FIELD'
  | 'WRONG_TYPE'
  | 'MISSING_FIELD'
  | 'BAD_VALUE'
  | 'DUPLICATE'
  | 'CONFLICT'
  | 'REFERENCE_MISSING'
  | 'UNSUPPORTED'
  | 'SUSPICIOUS'
  | 'NOT_ACTED_ON'
  | 'EMPTY';

/** One finding about a manifest. `line` and `column` count from 1; `path` is `spec.containers[0].image`. */
export interface Fault {
  readonly severity: 'error' | 'warning';
  readonly code: FaultCode;
  readonly message: string;
  readonly hint?: string;
  /** Name of the file as the user gave it; `-` for standard input. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Length in characters of the underlined part, at least 1. */
  readonly length: number;
  /** The source line that `line` names, without its line end. */
  readonly source: string;
  readonly path: string;
}

/** All faults of all files that were read together. Nothing has been created when it is thrown. */
export class ManifestError extends PodError<'MANIFEST_INVALID'> {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const errors = faults.filter((fault) => fault.severity === 'error').length;
    super({
      code: 'MANIFEST_INVALID',
      message: `${errors} ${errors === 1 ? 'fault' : 'faults'} in the manifest`,
    });
    this.faults = faults;
  }
}
