import { functionNames } from './functions.ts';
import { lex, type Piece, type Token, type TokenType } from './lex.ts';
import { badTemplate, type Call, type Node, type Pipeline, type Term } from './syntax.ts';

/** Parses a template of Go's text/template. Throws UsageError BAD_TEMPLATE, for unknown functions too. */
export function parse(template: string): readonly Node[] {
  const parser = new Parser(lex(template));
  const { nodes, ended } = parser.block(false);
  if (ended !== undefined) throw badTemplate(`unexpected {{${ended.word}}}`);
  return nodes;
}

interface Ended {
  readonly word: 'end' | 'else';
  /** What follows `else`: another `if` or `with`. */
  readonly rest: Tokens;
}

class Parser {
  readonly #pieces: readonly Piece[];
  #at = 0;
  readonly #variables: string[] = ['$'];

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** Reads until the action that ends the block, or the end of the template. */
  block(looping: boolean): { nodes: Node[]; ended?: Ended } {
    const nodes: Node[] = [];
    for (;;) {
      const piece = this.#pieces[this.#at++];
      if (piece === undefined) return { nodes };
      if (piece.type === 'text') {
        nodes.push(piece);
        continue;
      }
      const tokens = new Tokens(piece.tokens);
      const word = tokens.keyword();
      if (word === 'end' || word === 'else') return { nodes, ended: { word, rest: tokens } };
      nodes.push(this.#action(word, tokens, looping));
    }
  }

  #action(word: string | undefined, tokens: Tokens, looping: boolean): Node {
    switch (word) {
      case 'if':
      case 'with':
        return this.#conditional(word, tokens, looping);
      case 'range':
        return this.#range(tokens);
      case 'break':
      case 'continue':
        if (!looping) throw badTemplate(`{{${word}}} outside {{range}}`);
        tokens.finish();
        return { type: word };
      case undefined:
        return { type: 'print', pipeline: this.#whole(tokens) };
      default:
        throw badTemplate(`{{${word}}} is not supported`);
    }
  }

  #conditional(type: 'if' | 'with', tokens: Tokens, looping: boolean): Node {
    const depth = this.#variables.length;
    const pipeline = this.#whole(tokens);
    const { nodes: body, ended } = this.block(looping);
    const otherwise = this.#otherwise(type, ended, looping);
    this.#variables.length = depth;
    return { type, pipeline, body, otherwise };
  }

  #range(tokens: Tokens): Node {
    const depth = this.#variables.length;
    const variables = tokens.loopVariables();
    const pipeline = this.#whole(tokens);
    this.#variables.push(...variables);
    const { nodes: body, ended } = this.block(true);
    const otherwise = this.#otherwise('range', ended, false);
    this.#variables.length = depth;
    return { type: 'range', pipeline, variables, body, otherwise };
  }

  #otherwise(type: string, ended: Ended | undefined, looping: boolean): readonly Node[] {
    if (ended === undefined) throw badTemplate(`{{${type}}} is not closed with {{end}}`);
    if (ended.word === 'end') {
      ended.rest.finish();
      return [];
    }
    const word = ended.rest.keyword();
    if (word === type && (word === 'if' || word === 'with')) {
      return [this.#conditional(word, ended.rest, looping)];
    }
    ended.rest.finish();
    const { nodes, ended: second } = this.block(looping);
    if (second?.word !== 'end') throw badTemplate(`{{else}} is not closed with {{end}}`);
    second.rest.finish();
    return nodes;
  }

  #whole(tokens: Tokens): Pipeline {
    const pipeline = this.#pipeline(tokens);
    tokens.finish();
    return pipeline;
  }

  #pipeline(tokens: Tokens): Pipeline {
    const target = tokens.target();
    const calls: Call[] = [];
    do {
      calls.push(this.#call(tokens));
    } while (tokens.take('pipe'));
    const [first, ...more] = calls;
    if (first === undefined) throw badTemplate('a value is missing');
    if (more.some(([term]) => term.type === 'literal'))
      throw badTemplate('a literal cannot take a piped value');
    if (target?.declares) this.#variables.push(target.name);
    else if (target !== undefined) this.#known(target.name);
    return { ...(target && { target }), calls: [first, ...more] };
  }

  #call(tokens: Tokens): Call {
    const terms: Term[] = [];
    for (let term = this.#term(tokens); term !== undefined; term = this.#term(tokens)) terms.push(term);
    const [first, ...rest] = terms;
    if (first === undefined) throw badTemplate('a value is missing');
    if (first.type === 'literal' && rest.length > 0) throw badTemplate('a literal is not a function');
    return [first, ...rest];
  }

  #term(tokens: Tokens): Term | undefined {
    const token = tokens.peek();
    switch (token?.type) {
      case 'string':
        return { type: 'literal', value: unquote(tokens.next().text) };
      case 'number':
        return { type: 'literal', value: Number(tokens.next().text) };
      case 'name':
        return namedTerm(tokens.next().text);
      case 'dot':
        tokens.next();
        return { type: 'dot', path: [] };
      case 'field':
        return { type: 'dot', path: tokens.path() };
      case 'variable': {
        const name = this.#known(tokens.next().text);
        return { type: 'variable', name, path: tokens.trailingPath() };
      }
      case 'open': {
        tokens.next();
        const pipeline = this.#pipeline(tokens);
        if (!tokens.take('close')) throw badTemplate('a ( is not closed');
        return { type: 'group', pipeline, path: tokens.trailingPath() };
      }
      default:
        return undefined;
    }
  }

  #known(variable: string): string {
    if (!this.#variables.includes(variable)) throw badTemplate(`undefined variable ${variable}`);
    return variable;
  }
}

const keywords = /^(if|else|end|range|with|break|continue|define|template|block)$/;

/** The tokens of one action, read from the left. */
class Tokens {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw badTemplate('an action ends too early');
    return token;
  }

  take(type: TokenType): boolean {
    if (this.peek()?.type !== type) return false;
    this.#at++;
    return true;
  }

  keyword(): string | undefined {
    const token = this.peek();
    if (token?.type !== 'name' || !keywords.test(token.text)) return undefined;
    this.#at++;
    return token.text;
  }

  finish(): void {
    const token = this.peek();
    if (token !== undefined) throw badTemplate(`unexpected ${token.text}`);
  }

  /** `$x :=` or `$x =` at the beginning of a pipeline. */
  target(): Pipeline['target'] {
    const [variable, sign] = this.#tokens.slice(this.#at, this.#at + 2);
    if (variable?.type !== 'variable' || (sign?.type !== 'declare' && sign?.type !== 'assign'))
      return undefined;
    this.#at += 2;
    return { name: variable.text, declares: sign.type === 'declare' };
  }

  /** `$i, $v :=` or `$v :=` at the beginning of a range. */
  loopVariables(): string[] {
    const types = this.#tokens.slice(this.#at, this.#at + 4).map(({ type }) => type);
    const two = types.join(' ') === 'variable comma variable declare';
    if (!two && (types[0] !== 'variable' || types[1] !== 'declare')) return [];
    const names = this.#tokens.slice(this.#at, this.#at + 4).filter(({ type }) => type === 'variable');
    this.#at += two ? 4 : 2;
    return names.slice(0, two ? 2 : 1).map(({ text }) => text);
  }

  /** `.A.B` from here on. */
  path(): string[] {
    return [this.next().text.slice(1), ...this.trailingPath()];
  }

  /** `.A.B` that follows without a space. */
  trailingPath(): string[] {
    const path: string[] = [];
    for (let token = this.peek(); token?.type === 'field' && !token.spaced; token = this.peek()) {
      path.push(this.next().text.slice(1));
    }
    return path;
  }
}

const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, nil: null };

function namedTerm(name: string): Term {
  const constant = Object.hasOwn(constants, name) ? constants[name] : undefined;
  if (constant !== undefined) return { type: 'literal', value: constant };
  if (!functionNames.has(name)) throw badTemplate(`function ${JSON.stringify(name)} is not defined`);
  return { type: 'function', name };
}

const escapes: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The value of a string or character constant of Go. A character is its number. */
function unquote(text: string): string | number {
  if (text.startsWith('`')) return text.slice(1, -1);
  const value = text
    .slice(1, -1)
    .replace(/\\(x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}|[0-7]{3}|.)/gs, (_, code: string) =>
      escapedCharacter(code),
    );
  return text.startsWith("'") ? (value.codePointAt(0) ?? 0) : value;
}

function escapedCharacter(code: string): string {
  if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
  if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
  return escapes[code] ?? code;
}
