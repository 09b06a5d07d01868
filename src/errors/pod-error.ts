/** Who has to act: the user, the owner of an outside program or machine, or the authors of pod. */
export type FailureKind = 'user' | 'external' | 'bug';

/** What every error of pod is made from. `message` says what happened and to what; `hint` names the way out. */
export interface ErrorParts<C extends string> {
  readonly code: C;
  readonly message: string;
  readonly hint?: string;
  readonly kind?: FailureKind;
  /** Exit code of the command that fails with it; 125 (pod's own error) unless given. */
  readonly exitCode?: number;
  readonly cause?: unknown;
}

/**
 * The base of all typed errors. Each family is a subclass with a closed union of codes.
 * Callers decide on class and code, never on wording.
 */
export abstract class PodError<C extends string = string> extends Error {
  readonly code: C;
  readonly hint: string | undefined;
  readonly kind: FailureKind;
  readonly exitCode: number;

  constructor(parts: ErrorParts<C>) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = new.target.name;
    this.code = parts.code;
    this.hint = parts.hint;
    this.kind = parts.kind ?? 'user';
    this.exitCode = parts.exitCode ?? 125;
  }
}
