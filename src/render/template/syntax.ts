import { UsageError } from '../../errors/usage-error.ts';

/** What stands for one value in a template. `path` are the field names that follow it. */
export type Term =
  | { readonly type: 'literal'; readonly value: string | number | boolean | null }
  | { readonly type: 'dot'; readonly path: readonly string[] }
  | { readonly type: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly type: 'group'; readonly pipeline: Pipeline; readonly path: readonly string[] }
  | { readonly type: 'function'; readonly name: string };

/** A function or method with its arguments, or a single value. */
export type Call = readonly [Term, ...Term[]];

export interface Pipeline {
  /** `$x := ` declares, `$x = ` assigns. */
  readonly target?: { readonly name: string; readonly declares: boolean };
  readonly calls: readonly [Call, ...Call[]];
}

export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'print'; readonly pipeline: Pipeline }
  | {
      readonly type: 'if' | 'with';
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly type: 'range';
      readonly pipeline: Pipeline;
      /** `$index, $item`; one name is the item's. */
      readonly variables: readonly string[];
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly type: 'break' | 'continue' };

/** Why a template cannot be understood or carried out. */
export function badTemplate(message: string): UsageError {
  return new UsageError({
    code: 'BAD_TEMPLATE',
    message: `template: ${message}`,
    hint: 'templates are those of Go (pkg.go.dev/text/template)',
  });
}
