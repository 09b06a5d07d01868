import { Composer, type Document, isScalar, Lexer, type ParsedNode, Parser } from 'yaml';
import type { Fault } from '../errors/manifest-error.ts';
import { indentAnew } from './indent-anew.ts';
import type { Finding, Page } from './page.ts';
import { syntaxFault, unicodeName } from './syntax-fault.ts';

/** A node of the tree; null where a value is left out. */
export type Node = ParsedNode | null;

/** Deeper nesting is refused: no manifest needs it, and it would cost the stack. */
export const maximumDepth = 512;

/** Times that a page is indented anew before its text counts as wrong. */
const maximumIndentings = 50;

/**
 * The tree of a document's text, every scalar as text, or why there is none. `page` is what the tree's offsets
 * count in: the one given, or one that was indented as YAML 1.2 wants it.
 */
export function compose(given: Page): { root: Node; page: Page } | { faults: Fault[] } {
  const forbidden = forbiddenCharacter(given) ?? directive(given);
  if (forbidden !== undefined) return { faults: [forbidden] };
  let page = given;
  let tokens = tokenize(page);
  for (let times = 0; times < maximumIndentings; times++) {
    const slack = 'slack' in tokens ? tokens.slack : undefined;
    const indented = slack === undefined ? undefined : indentAnew(page, slack);
    if (indented === undefined) break;
    page = indented;
    tokens = tokenize(page);
  }
  if ('faults' in tokens) return tokens;
  const composed = composeTokens(page, tokens);
  if ('faults' in composed || tokens.slack === undefined) return composed;
  return {
    faults: [
      page.fault({
        code: 'YAML_SYNTAX',
        message: 'this does not end',
        hint: 'close it',
        offset: tokens.slack,
      }),
    ],
  };
}

function composeTokens(
  page: Page,
  { tokens, slack, open }: Tokenized,
): { root: Node; page: Page } | { faults: Fault[] } {
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [...composer.compose(tokens, true, page.text.length)];
  const error = documents.flatMap((document) => document.errors)[0];
  if (error !== undefined) return { faults: [syntaxFault(page, error, open ?? slack)] };
  const second = documents[1]?.range[0];
  if (second !== undefined) {
    return { faults: [page.fault({ ...afterEnd, offset: second })] };
  }
  return { root: documents[0]?.contents ?? null, page };
}

const afterEnd: Finding = {
  code: 'YAML_SYNTAX',
  message: 'Kubernetes ignores everything after the line ...',
  hint: 'separate documents with --- on a line of its own',
};

type Token = NonNullable<Parser['stack'][number]>;

interface Tokenized {
  readonly tokens: readonly Token[];
  /** Offset of a flow collection or quoted text that YAML 1.2 would have indented more. */
  readonly slack?: number;
  /** Offset of quoted text, else of a flow collection, that does not end. */
  readonly open?: number;
}

function tokenize(page: Page): Tokenized | { readonly faults: Fault[] } {
  const parser = new Parser();
  const tokens: Token[] = [];
  let offset = 0;
  let brackets = 0;
  let opened = 0;
  let slack: number | undefined;
  let quoted: number | undefined;
  for (const lexeme of new Lexer().lex(page.text)) {
    if (lexeme === '[' || lexeme === '{') {
      if (brackets === 0) opened = offset;
      brackets += 1;
    } else if (lexeme === ']' || lexeme === '}') brackets -= 1;
    if (brackets > maximumDepth || parser.stack.length > maximumDepth) {
      return { faults: [page.fault({ ...tooDeep, offset })] };
    }
    if (isCutQuote(lexeme)) quoted ??= offset;
    if (lexeme === flowError || isCutQuote(lexeme)) slack ??= brackets > 0 ? opened : offset;
    for (const token of parser.next(lexeme.startsWith('"') ? withoutQuoteEscapes(lexeme) : lexeme)) {
      tokens.push(token);
    }
    offset += isMarker(lexeme) ? 0 : lexeme.length;
    parser.offset = offset;
  }
  for (const token of parser.end()) tokens.push(token);
  return {
    tokens,
    ...(slack === undefined ? {} : { slack }),
    ...(brackets === 0 ? {} : { open: opened }),
    ...(quoted === undefined ? {} : { open: quoted }),
  };
}

const flowError = '\x18';

/** The lexer ends quoted text at a line that is indented too little; an escaped quote there is no end either. */
function isCutQuote(lexeme: string): boolean {
  return /^["']/.test(lexeme) && !/^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/s.test(lexeme);
}

/** The lexer announces a document, a plain scalar and a flow error by a character of its own. */
function isMarker(lexeme: string): boolean {
  return lexeme.length === 1 && /[\x02\x18\x1F]/.test(lexeme);
}

/** Kubernetes takes \' in double quotes, which YAML 1.2 does not know. */
function withoutQuoteEscapes(lexeme: string): string {
  return lexeme.replace(/\\([\\'])/g, (whole, character) => (character === "'" ? "'" : whole));
}

/** Says that nesting passed the limit. */
export const tooDeep: Finding = {
  code: 'YAML_LIMIT',
  message: `values are nested more than ${maximumDepth} levels deep`,
};

/** Unicode characters that YAML does not allow unescaped. Line feeds and tabs are allowed. */
function forbiddenCharacter(page: Page): Fault | undefined {
  const match =
    /[\0-\x08\x0B-\x1F\x7F-\x84\x86-\x9F\uFFFE\uFFFF]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.exec(
      page.text,
    );
  if (match === null) return undefined;
  return page.fault({
    code: 'YAML_SYNTAX',
    message: `${unicodeName(match[0])} is a control character, which YAML does not allow`,
    hint: 'remove it, or write it as an escape in double quotes',
    offset: match.index,
  });
}

function directive(page: Page): Fault | undefined {
  const match = /^(?:[ \t]*(?:#.*)?\n)*(%.*)/.exec(page.text);
  if (match?.[1] === undefined) return undefined;
  return page.fault({
    code: 'YAML_SYNTAX',
    message: 'Kubernetes does not accept YAML directives',
    hint: 'remove this line',
    offset: match[0].length - match[1].length,
    length: match[1].length,
  });
}

/** True for the plain key << , which merges another map. */
export function isMergeKey(key: Node): boolean {
  return (
    isScalar(key) && key.value === '<<' && (key.type === 'PLAIN' || key.tag === 'tag:yaml.org,2002:merge')
  );
}
