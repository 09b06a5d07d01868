import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Fault } from '../errors/manifest-error.ts';
import type { Finding, Page, Place } from './page.ts';
import { formatPath, type Steps } from './path.ts';
import { keyText, resolveScalar, type ScalarValue } from './scalar.ts';

/** A document's data. `bigint` stands for integers that a double cannot hold. */
export type Data = ScalarValue | Data[] | { [key: string]: Data };

/** One YAML document as Kubernetes reads it. */
export interface ParsedDocument {
  /** Undefined where there are faults. */
  readonly value: Data | undefined;
  readonly faults: readonly Fault[];
  /** The place of a value, or of its key; of the nearest one around it where it does not exist. */
  locate(steps: Steps, at: 'key' | 'value'): Place;
}

/** Deeper nesting is refused: no manifest needs it, and it would cost the stack. */
const maximumDepth = 512;
/** Values that aliases may repeat, so that a few lines cannot become gigabytes. */
const maximumRepeated = 100_000;

type Node = ParsedNode | null;

/**
 * Parses one document. npm `yaml` gives the tree with every scalar as text (its failsafe schema); what the
 * scalars, merge keys and aliases mean is decided here, by Kubernetes' rules. All faults but those after the
 * first syntax error are found.
 */
export function parseDocument(page: Page): ParsedDocument {
  const tree = compose(page);
  if ('faults' in tree) return { value: undefined, faults: tree.faults, locate: () => page.place(0, 1) };
  const reader = new Reader(page);
  const value = reader.read(tree.root, { steps: [], depth: 0, repeated: false });
  const locator = new Locator(page, reader.targets);
  return {
    value: reader.faults.some((fault) => fault.severity === 'error') ? undefined : value,
    faults: reader.faults,
    locate: (steps, at) => locator.locate(tree.root, steps, at),
  };
}

function compose(page: Page): { root: Node } | { faults: Fault[] } {
  const forbidden = forbiddenCharacter(page) ?? directive(page);
  if (forbidden !== undefined) return { faults: [forbidden] };
  const tokens = tokenize(page);
  if ('faults' in tokens) return tokens;
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [...composer.compose(tokens.tokens, true, page.text.length)];
  const error = documents.flatMap((document) => document.errors)[0];
  if (error !== undefined) return { faults: [syntaxFault(page, error)] };
  const second = documents[1]?.range[0];
  if (second !== undefined) {
    return { faults: [page.fault({ ...afterEnd, offset: second })] };
  }
  return { root: documents[0]?.contents ?? null };
}

const afterEnd: Finding = {
  code: 'YAML_SYNTAX',
  message: 'Kubernetes ignores everything after the line ...',
  hint: 'separate documents with --- on a line of its own',
};

type Token = NonNullable<Parser['stack'][number]>;

function tokenize(page: Page): { tokens: Token[] } | { faults: Fault[] } {
  const parser = new Parser();
  const tokens: Token[] = [];
  let offset = 0;
  let brackets = 0;
  for (const lexeme of new Lexer().lex(page.text)) {
    if (lexeme === '[' || lexeme === '{') brackets += 1;
    else if (lexeme === ']' || lexeme === '}') brackets -= 1;
    if (brackets > maximumDepth || parser.stack.length > maximumDepth) {
      return { faults: [page.fault({ ...tooDeep, offset })] };
    }
    for (const token of parser.next(lexeme.startsWith('"') ? withoutQuoteEscapes(lexeme) : lexeme)) {
      tokens.push(token);
    }
    offset += isMarker(lexeme) ? 0 : lexeme.length;
    parser.offset = offset;
  }
  for (const token of parser.end()) tokens.push(token);
  return { tokens };
}

/** The lexer announces a document, a plain scalar and a flow error by a character of its own. */
function isMarker(lexeme: string): boolean {
  return lexeme.length === 1 && /[\x02\x18\x1F]/.test(lexeme);
}

/** Kubernetes takes \' in double quotes, which YAML 1.2 does not know. */
function withoutQuoteEscapes(lexeme: string): string {
  return lexeme.replace(/\\([\\'])/g, (whole, character) => (character === "'" ? "'" : whole));
}

const tooDeep: Finding = {
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

function unicodeName(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function syntaxFault(page: Page, error: YAMLError): Fault {
  const [offset, end] = error.pos;
  const place = page.place(offset, end - offset);
  const before = /^\s*/.exec(place.source)?.[0] ?? '';
  const odd = oddSpace.exec(place.source);
  const text = error.message.replace(/\.$/, '');
  const start = { offset: offset - (place.column - 1), length: before.length };
  if (before.includes('\t')) {
    const message = 'a tab is used for indentation';
    return page.fault({ code: 'YAML_SYNTAX', message, hint: 'indent with spaces', ...start });
  }
  if (odd !== null) return page.fault({ ...oddSpaceFinding(odd[0]), offset: start.offset + odd.index });
  return page.fault({ code: 'YAML_SYNTAX', message: text, offset, length: end - offset });
}

/** Spaces that look like a blank and are none to YAML. */
const oddSpace = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/;

function oddSpaceFinding(character: string, position = 'stands here'): Finding {
  const name = character === '\u00A0' ? 'a non-breaking space' : 'an unusual space';
  return {
    code: 'YAML_SYNTAX',
    message: `${name} (${unicodeName(character)}) ${position}; it is part of the text to YAML`,
    hint: 'replace it with an ordinary space',
  };
}

interface Position {
  readonly steps: Steps;
  readonly depth: number;
  /** True inside the target of an alias. */
  readonly repeated: boolean;
}

type Entries = Map<string, Data>;

/** Turns the tree into data, once, collecting faults and what each alias stood for. */
class Reader {
  readonly faults: Fault[] = [];
  readonly targets = new Map<Node, Node>();
  readonly #page: Page;
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();
  #repeated = 0;
  #stopped = false;

  constructor(page: Page) {
    this.#page = page;
  }

  read(node: Node, position: Position): Data {
    if (!this.#enter(node, position)) return null;
    if (isAlias(node)) {
      const target = this.#follow(node);
      return target === undefined ? null : this.read(target, { ...deeper(position), repeated: true });
    }
    if (node === null) return null;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const value = this.#readOpen(node, position);
    this.#open.delete(node);
    return value;
  }

  #readOpen(node: ParsedNode, position: Position): Data {
    if (isSeq(node)) {
      return node.items.map((item, index) => this.read(item as Node, deeper(position, index)));
    }
    if (isMap(node)) {
      const entries: Entries = new Map();
      this.#readMap(node as YAMLMap.Parsed, position, entries);
      return toObject(entries);
    }
    const value = this.#readScalar(node, position);
    if (typeof value === 'number' && isScalar(node) && node.type === 'PLAIN') this.#noteOctal(node, position);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      const message = 'Kubernetes has no infinite numbers';
      this.#report(node, position.steps, { code: 'YAML_SYNTAX', message, hint: 'quote it' });
    }
    return value;
  }

  /** File modes are written in octal on purpose; other numbers with a leading zero seldom are. */
  #noteOctal(node: ParsedNode, { steps }: Position): void {
    const text = isScalar(node) ? String(node.value) : '';
    const key = steps.findLast((step) => typeof step === 'string');
    if (!/^[-+]?0[0-7_]*[1-7][0-7_]*$/.test(text) || key === 'mode' || key === 'defaultMode') return;
    const decimal = text.replace(/^([-+]?)0+/, '$1');
    this.#report(node, steps, {
      severity: 'warning',
      code: 'SUSPICIOUS',
      message: `${text} is octal for ${Number.parseInt(text.replaceAll('_', ''), 8)}, because of its leading zero`,
      hint: `write ${decimal} if you mean that, or quote it if it is text`,
    });
  }

  #readMap(node: YAMLMap.Parsed, position: Position, entries: Entries): void {
    const seen = new Map<string, Node>();
    for (const pair of node.items) {
      const key = pair.key as Node;
      if (isMergeKey(key)) {
        this.#merge(pair.value, position, entries);
        continue;
      }
      const text = this.#readKey(key, position);
      if (text === undefined) continue;
      const steps = [...position.steps, text];
      const first = seen.get(text);
      if (first !== undefined) this.#report(key, steps, this.#duplicate(first, text));
      else seen.set(text, key);
      entries.set(text, this.read(pair.value, deeper(position, text)));
    }
  }

  #duplicate(first: Node, text: string): Finding {
    const { line } = this.#placeOf(first);
    return {
      code: 'DUPLICATE',
      message: `the key ${JSON.stringify(text)} is here twice; the first is on line ${line}`,
      hint: 'remove one of them',
    };
  }

  #readKey(key: Node, position: Position): string | undefined {
    if (key !== null && key.anchor !== undefined) this.#anchors.set(key.anchor, key);
    const node = isAlias(key) ? this.#follow(key) : key;
    if (node === undefined) return undefined;
    if (node !== null && !isScalar(node)) {
      this.#report(key, position.steps, { code: 'YAML_SYNTAX', message: 'a key must be a single value' });
      return undefined;
    }
    const value = this.#readScalar(node, position);
    const text = keyText(value, node === null ? '' : String(node.value));
    if (text === undefined) {
      this.#report(key, position.steps, {
        code: 'YAML_SYNTAX',
        message: value === null ? 'a key is empty' : 'this number cannot be a key',
        hint: 'quote it',
      });
    }
    return text;
  }

  /** A merge sets keys where it stands, so that it replaces earlier ones, as in Kubernetes' reader. */
  #merge(node: Node, position: Position, entries: Entries): void {
    const source = isAlias(node) ? this.#follow(node) : node;
    if (source === undefined) return;
    const inner = { ...deeper(position), repeated: position.repeated || source !== node };
    if (!this.#enter(source, inner)) return;
    if (isMap(source)) {
      if (source.anchor !== undefined) this.#anchors.set(source.anchor, source as Node);
      this.#readMap(source as YAMLMap.Parsed, inner, entries);
    } else if (isSeq(source)) {
      for (const item of source.items.toReversed()) this.#merge(item as Node, inner, entries);
    } else {
      this.#report(node, position.steps, {
        code: 'YAML_SYNTAX',
        message: 'a merge key << takes a map or a list of maps',
      });
    }
  }

  #readScalar(node: Node, position: Position): ScalarValue {
    if (!isScalar(node)) return null;
    const quoted = node.type !== 'PLAIN';
    const text = String(node.value);
    const odd = quoted ? null : /^[\u00A0\u3000]|:([\u00A0\u2000-\u200B\u3000])|[\u00A0\u3000]$/.exec(text);
    if (odd !== null) {
      const space = odd[1] ?? odd[0];
      const where = odd[1] === undefined ? 'stands here' : 'follows the colon';
      this.#report(node, position.steps, oddSpaceFinding(space, where), odd.index);
    }
    const resolved = resolveScalar({ text, tag: node.tag ?? '', quoted });
    if ('problem' in resolved) {
      this.#report(node, position.steps, { code: 'YAML_SYNTAX', message: resolved.problem });
      return null;
    }
    return resolved.value;
  }

  /** Counts depth and repetition; false from the first passed limit on. */
  #enter(node: Node, position: Position): boolean {
    if (this.#stopped) return false;
    if (position.repeated) this.#repeated += 1;
    if (this.#repeated <= maximumRepeated && position.depth <= maximumDepth) return true;
    this.#stopped = true;
    const message = `aliases repeat more than ${maximumRepeated} values`;
    const tooMany: Finding = { code: 'YAML_LIMIT', message };
    this.#report(node, position.steps, position.depth > maximumDepth ? tooDeep : tooMany);
    return false;
  }

  #follow(alias: Node): Node | undefined {
    if (!isAlias(alias)) return alias;
    const target = this.#anchors.get(alias.source);
    if (target === undefined || this.#open.has(target)) {
      const message =
        target === undefined
          ? `the anchor &${alias.source} is not defined before this in its document`
          : `the anchor &${alias.source} contains itself`;
      this.#report(alias as Node, [], { code: 'YAML_SYNTAX', message });
      return undefined;
    }
    this.targets.set(alias as Node, target);
    return target;
  }

  #placeOf(node: Node): Place {
    const [start, end] = node?.range ?? [0, 1];
    return this.#page.place(start, end - start);
  }

  #report(node: Node, steps: Steps, finding: Finding, shift = 0): void {
    const [start, end] = node?.range ?? [0, 1];
    this.faults.push(
      this.#page.fault({
        ...finding,
        path: formatPath(steps),
        offset: start + shift,
        length: end - start - shift,
      }),
    );
  }
}

function deeper(position: Position, step?: string | number): Position {
  return {
    steps: step === undefined ? position.steps : [...position.steps, step],
    depth: position.depth + 1,
    repeated: position.repeated,
  };
}

function isMergeKey(key: Node): boolean {
  return (
    isScalar(key) && key.value === '<<' && (key.type === 'PLAIN' || key.tag === 'tag:yaml.org,2002:merge')
  );
}

function toObject(entries: Entries): { [key: string]: Data } {
  const object: { [key: string]: Data } = {};
  for (const [key, value] of entries) {
    // Assignment to this one key would change the prototype instead.
    if (key === '__proto__') {
      Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    } else object[key] = value;
  }
  return object;
}

interface Found {
  readonly key: Node;
  readonly value: Node;
}

/** Finds places in a tree that was read. */
class Locator {
  readonly #page: Page;
  readonly #targets: ReadonlyMap<Node, Node>;

  constructor(page: Page, targets: ReadonlyMap<Node, Node>) {
    this.#page = page;
    this.#targets = targets;
  }

  locate(root: Node, steps: Steps, at: 'key' | 'value'): Place {
    let found: Found = { key: null, value: root };
    let whole = true;
    for (const step of steps) {
      const next = this.#step(this.#target(found.value), step);
      if (next === undefined) {
        whole = false;
        break;
      }
      found = next;
    }
    return this.#place(found, whole ? at : 'key');
  }

  #place({ key, value }: Found, at: 'key' | 'value'): Place {
    const scalar = value !== null && (isScalar(value) || isAlias(value)) && value.range[1] > value.range[0];
    const node = key !== null && (at === 'key' || !scalar) ? key : value;
    const [start, end] = node?.range ?? [this.#page.text.search(/\S/), 0];
    return this.#page.place(start, end - start);
  }

  #target(node: Node): Node {
    return this.#targets.get(node) ?? node;
  }

  #step(node: Node, step: string | number): Found | undefined {
    if (isSeq(node) && typeof step === 'number') {
      const item = node.items[step] as Node | undefined;
      return item === undefined ? undefined : { key: null, value: item };
    }
    return isMap(node) && typeof step === 'string' ? this.#entry(node as YAMLMap.Parsed, step) : undefined;
  }

  #entry(map: YAMLMap.Parsed, name: string): Found | undefined {
    let found: Found | undefined;
    for (const pair of map.items) {
      const key = this.#target(pair.key as Node);
      if (isMergeKey(key)) found = this.#merged(pair.value, name) ?? found;
      else if (this.#keyName(key) === name) found = { key: pair.key as Node, value: pair.value };
    }
    return found;
  }

  #merged(node: Node, name: string): Found | undefined {
    const source = this.#target(node);
    if (isMap(source)) return this.#entry(source as YAMLMap.Parsed, name);
    if (!isSeq(source)) return undefined;
    for (const item of source.items) {
      const found = this.#merged(item as Node, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #keyName(key: Node): string | undefined {
    if (!isScalar(key)) return undefined;
    const text = String(key.value);
    const resolved = resolveScalar({ text, tag: key.tag ?? '', quoted: key.type !== 'PLAIN' });
    return 'value' in resolved ? keyText(resolved.value, text) : undefined;
  }
}
