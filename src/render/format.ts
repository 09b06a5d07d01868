import { renderJson } from './json.ts';
import { renderTable } from './table.ts';
import type { Heading } from './template/go-value.ts';
import { compileTemplate } from './template.ts';

export interface Listing {
  /** A value of --format: `json`, `table TEMPLATE`, or a template for each item. */
  readonly format: string;
  readonly items: readonly object[];
  /** Column headings by field; the rest are the field's words in capitals. */
  readonly headings?: Readonly<Record<string, string>>;
  /** False leaves the heading line of a table out (--noheading). */
  readonly heading?: boolean;
}

/**
 * Prints items as --format says, by Podman's rules: `\t` and `\n` may be written as such, a template gets each item
 * and a line feed behind it, one that starts with `{{range` gets the list. Throws UsageError BAD_TEMPLATE.
 */
export function renderFormat({ format, items, headings = {}, heading = true }: Listing): string {
  if (format.trim() === 'json') return renderJson(items);
  const table = /^table(?:\s+|$)/.exec(format);
  const text = unescapeText(table ? format.slice(table[0].length) : format);
  const template = compileTemplate(text);
  if (/^\{\{-?\s*range\b/.test(text)) return withLineFeed(template(items));
  if (!table) return items.map((item) => `${template(item)}\n`).join('');
  const rows = items.map((item) => template(item).split('\t'));
  return renderTable(heading ? [template(headingOf('', headings)).split('\t'), ...rows] : rows);
}

/** Prints one thing, such as an inspected pod: `json` or a template. */
export function renderItem(format: string, item: object): string {
  if (format.trim() === 'json') return renderJson(item);
  return withLineFeed(compileTemplate(unescapeText(format))(item));
}

/** In text only: inside an action the quotes have escapes of their own. */
function unescapeText(format: string): string {
  return format
    .split(/(\{\{.*?\}\})/s)
    .map((part, at) => (at % 2 === 1 ? part : part.replaceAll('\\t', '\t').replaceAll('\\n', '\n')))
    .join('');
}

function withLineFeed(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function headingOf(field: string, headings: Readonly<Record<string, string>>): Heading {
  const text = () => headings[field] ?? words(field);
  return { heading: (name) => headingOf(name, headings), toString: text, toJSON: text };
}

/** `PodName` -> `POD NAME`, `OCIRuntime` -> `OCI RUNTIME`. */
function words(field: string): string {
  return field.replace(/([a-z\d])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3 $2$4').toUpperCase();
}
