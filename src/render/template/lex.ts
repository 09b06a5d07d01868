import { badTemplate } from './syntax.ts';

export type TokenType =
  | 'string'
  | 'number'
  | 'field'
  | 'dot'
  | 'variable'
  | 'name'
  | 'declare'
  | 'assign'
  | 'comma'
  | 'pipe'
  | 'open'
  | 'close';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  /** Whether white space stands before it: `.A.B` is one value, `.A .B` are two. */
  readonly spaced: boolean;
}

/** A template cut into plain text and the tokens of its actions. */
export type Piece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'action'; readonly tokens: readonly Token[] };

const patterns: readonly (readonly [TokenType, RegExp])[] = [
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/y],
  ['number', /[+-]?(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y],
  ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$[\p{L}\p{N}_]*/uy],
  ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
  ['declare', /:=/y],
  ['assign', /=/y],
  ['comma', /,/y],
  ['pipe', /\|/y],
  ['open', /\(/y],
  ['close', /\)/y],
];

/**
 * Cuts a template. `{{- ` and ` -}}` take the white space beside them away; comments are left out.
 * Throws UsageError BAD_TEMPLATE.
 */
export function lex(template: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimNext = false;
  const text = (end: number, trimEnd: boolean) => {
    let part = template.slice(at, end);
    if (trimNext) part = part.trimStart();
    if (trimEnd) part = part.trimEnd();
    if (part !== '') pieces.push({ type: 'text', text: part });
  };
  for (;;) {
    const start = template.indexOf('{{', at);
    if (start < 0) break;
    const trim = /^-\s/.test(template.slice(start + 2, start + 4));
    text(start, trim);
    const inside = start + (trim ? 4 : 2);
    const action = comment(template, inside) ?? tokens(template, inside);
    if (action.tokens !== undefined) pieces.push({ type: 'action', tokens: action.tokens });
    at = action.end;
    trimNext = action.trim;
  }
  text(template.length, false);
  return pieces;
}

interface Action {
  readonly tokens?: readonly Token[];
  readonly end: number;
  readonly trim: boolean;
}

function comment(template: string, start: number): Action | undefined {
  const match = /^\/\*.*?\*\/(?:(\s-)|)\}\}/s.exec(template.slice(start));
  if (match) return { end: start + match[0].length, trim: match[1] !== undefined };
  if (template.startsWith('/*', start)) throw badTemplate('a comment is not closed');
  return undefined;
}

function tokens(template: string, start: number): Action {
  const found: Token[] = [];
  let at = start;
  for (;;) {
    const space = /\s*/y;
    space.lastIndex = at;
    const gap = space.exec(template)?.[0].length ?? 0;
    at += gap;
    if (template.startsWith('}}', at)) return { tokens: found, end: at + 2, trim: false };
    if (gap > 0 && template.startsWith('-}}', at)) return { tokens: found, end: at + 3, trim: true };
    const token = next(template, at);
    if (token === undefined) {
      throw badTemplate(
        at >= template.length
          ? 'an action is not closed with }}'
          : `unexpected ${JSON.stringify(template.slice(at, at + 10))}`,
      );
    }
    found.push({ ...token, spaced: gap > 0 || found.length === 0 });
    at += token.text.length;
  }
}

function next(template: string, at: number): Omit<Token, 'spaced'> | undefined {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(template);
    if (match) return { type, text: match[0] };
  }
  return undefined;
}
