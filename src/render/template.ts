import { execute } from './template/execute.ts';
import { parse } from './template/parse.ts';

/** A compiled template: carries itself out on data. Throws UsageError BAD_TEMPLATE when a field is not there. */
export type Template = (data: unknown) => string;

/**
 * Compiles a template of Go's text/template, with the functions that Podman adds (join, json, lower, pad, split,
 * title, truncate, upper). Left out are define, template and block. Throws UsageError BAD_TEMPLATE.
 */
export function compileTemplate(text: string): Template {
  const nodes = parse(text);
  return (data) => execute(nodes, data);
}
