import { ConfigError } from '../errors/config-error.ts';

export type TomlValue = string | number | boolean | readonly TomlValue[] | TomlTable;

/** A table; it has no prototype, so that any key is only a key. */
export interface TomlTable {
  readonly [key: string]: TomlValue;
}

type Draft = Record<string, TomlValue>;

/**
 * Reads TOML 1.0 without dates and times, which no file of ours has. Throws ConfigError CONFIG_SYNTAX, whose message
 * begins with `file:line:`.
 */
export function parseToml(text: string, file: string): TomlTable {
  return new TomlReader(text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), file).read();
}

const bareKey = /[A-Za-z0-9_-]+/y;
const integer = /[+-]?(?:0|[1-9](?:_?[0-9])*)(?![0-9A-Za-z_.])/y;
const radix = /0(?:x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|o[0-7](?:_?[0-7])*|b[01](?:_?[01])*)(?![0-9A-Za-z_.])/y;
const float =
  /[+-]?(?:inf|nan|(?:0|[1-9](?:_?[0-9])*)(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?)(?![0-9A-Za-z_.])/y;
const date = /[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}:[0-9]{2}/y;
const blank = /[ \t]*/y;
const lines = /(?:[ \t\n]|#[^\n]*)*/y;
const controls = /[\0-\x08\n-\x1f\x7f]/;
const multilineControls = /[\0-\x08\v-\x1f\x7f]/;
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  '"': '"',
  '\\': '\\',
};

class TomlReader {
  readonly #text: string;
  readonly #file: string;
  readonly #root: Draft = table();
  /** Tables that a header or dotted keys have defined, and values that were written whole: none may be defined again. */
  readonly #headed = new Set<TomlValue>();
  readonly #dotted = new Set<TomlValue>();
  readonly #closed = new Set<TomlValue>();
  #at = 0;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
  }

  read(): TomlTable {
    let current = this.#root;
    for (this.#take(lines); this.#at < this.#text.length; this.#take(lines)) {
      if (this.#skip('[[')) current = this.#arrayHeader();
      else if (this.#skip('[')) current = this.#header();
      else this.#pair(current);
      this.#take(blank);
      if (this.#at < this.#text.length && !/[\n#]/.test(this.#peek()))
        this.#fail('expected the end of the line');
    }
    return this.#root;
  }

  #header(): Draft {
    const { parents, last } = this.#keyUntil(']');
    const parent = this.#descend(this.#root, parents);
    const existing = parent[last];
    if (existing === undefined) {
      const made = table();
      parent[last] = made;
      this.#headed.add(made);
      return made;
    }
    if (!isTable(existing) || [this.#headed, this.#dotted, this.#closed].some((set) => set.has(existing))) {
      return this.#fail(`${last} is defined twice`);
    }
    this.#headed.add(existing);
    return existing;
  }

  #arrayHeader(): Draft {
    const { parents, last } = this.#keyUntil(']]');
    const parent = this.#descend(this.#root, parents);
    const list = parent[last] ?? [];
    if (!Array.isArray(list) || this.#closed.has(list)) return this.#fail(`${last} is defined twice`);
    parent[last] = list;
    const made = table();
    list.push(made);
    return made;
  }

  #keyUntil(end: string): { parents: readonly string[]; last: string } {
    const keys = this.#dottedKey();
    if (!this.#skip(end)) this.#fail(`expected ${end}`);
    return { parents: keys.slice(0, -1), last: keys.at(-1) ?? '' };
  }

  /** Follows a header's parents; the last table of an array of tables stands for it. */
  #descend(from: Draft, keys: readonly string[]): Draft {
    let current = from;
    for (const key of keys) {
      current[key] ??= table();
      const next = current[key];
      const inner = Array.isArray(next) && !this.#closed.has(next) ? next.at(-1) : next;
      if (!isTable(inner) || this.#closed.has(inner)) return this.#fail(`${key} is not a table`);
      current = inner;
    }
    return current;
  }

  #pair(target: Draft): void {
    const keys = this.#dottedKey();
    if (!this.#skip('=')) this.#fail('expected =');
    this.#take(blank);
    const parent = keys.slice(0, -1).reduce((from: Draft, key) => this.#extend(from, key), target);
    const last = keys.at(-1) ?? '';
    if (parent[last] !== undefined) this.#fail(`${last} is defined twice`);
    parent[last] = this.#value();
  }

  /** The table `key` of `from`, made or extended by a dotted key. */
  #extend(from: Draft, key: string): Draft {
    const next = from[key] ?? table();
    if (!isTable(next) || this.#headed.has(next) || this.#closed.has(next)) {
      return this.#fail(`${key} is defined twice`);
    }
    this.#dotted.add(next);
    from[key] = next;
    return next;
  }

  #dottedKey(): readonly string[] {
    const keys: string[] = [];
    do {
      this.#take(blank);
      keys.push(this.#key());
      this.#take(blank);
    } while (this.#skip('.'));
    return keys;
  }

  #key(): string {
    if (this.#skip('"')) return this.#basic();
    if (this.#skip("'")) return this.#literal();
    return this.#take(bareKey) || this.#fail('expected a key');
  }

  #value(): TomlValue {
    if (this.#skip('"""')) return this.#multiline('"');
    if (this.#skip("'''")) return this.#multiline("'");
    if (this.#skip('"')) return this.#basic();
    if (this.#skip("'")) return this.#literal();
    if (this.#skip('[')) return this.#array();
    if (this.#skip('{')) return this.#inlineTable();
    for (const word of [true, false]) if (this.#skip(String(word))) return word;
    return this.#number();
  }

  #array(): readonly TomlValue[] {
    const list: TomlValue[] = [];
    this.#closed.add(list);
    for (this.#take(lines); !this.#skip(']'); this.#take(lines)) {
      list.push(this.#value());
      this.#take(lines);
      if (!this.#skip(',') && this.#peek() !== ']') this.#fail('expected , or ]');
    }
    return list;
  }

  #inlineTable(): TomlTable {
    const made = table();
    this.#take(blank);
    if (!this.#skip('}')) {
      do this.#pair(made);
      while (this.#separator());
    }
    this.#close(made);
    return made;
  }

  #separator(): boolean {
    this.#take(blank);
    if (this.#skip(',')) return true;
    return !this.#skip('}') && this.#fail('expected , or }');
  }

  #close(value: TomlValue): void {
    this.#closed.add(value);
    if (isTable(value)) for (const inner of Object.values(value)) this.#close(inner);
  }

  #number(): number {
    date.lastIndex = this.#at;
    if (date.test(this.#text)) this.#fail('dates and times are not read');
    const prefixed = this.#take(radix);
    if (prefixed !== '') return this.#exact(Number(prefixed.replaceAll('_', '')));
    const whole = this.#take(integer);
    if (whole !== '') return this.#exact(Number(whole.replaceAll('_', '')));
    const text = this.#take(float).replaceAll('_', '');
    if (text === '') this.#fail('expected a value');
    return Number(text.replace('inf', 'Infinity').replace(/[+-]?nan/, 'NaN'));
  }

  #exact(value: number): number {
    return Number.isSafeInteger(value) ? value : this.#fail('the number is too large');
  }

  #literal(): string {
    const end = this.#text.indexOf("'", this.#at);
    const content = this.#text.slice(this.#at, end);
    if (end < 0 || controls.test(content)) return this.#fail("expected '");
    this.#at = end + 1;
    return content;
  }

  #basic(): string {
    let result = '';
    while (!this.#skip('"')) {
      const char = this.#peek();
      if (char === '' || controls.test(char)) this.#fail('expected "');
      this.#at += char.length;
      result += char === '\\' ? this.#escape() : char;
    }
    return result;
  }

  /** Up to two quotes before the closing three belong to the text. */
  #multiline(quote: '"' | "'"): string {
    this.#skip('\n');
    let result = '';
    while (!this.#skip(quote.repeat(3))) {
      const char = this.#peek();
      if (char === '' || multilineControls.test(char)) this.#fail(`expected ${quote.repeat(3)}`);
      this.#at += char.length;
      if (char !== '\\' || quote === "'") result += char;
      else if (!this.#foldedLine()) result += this.#escape();
    }
    for (let extra = 0; extra < 2 && this.#skip(quote); extra += 1) result += quote;
    return result;
  }

  #foldedLine(): boolean {
    const [fold = ''] = /^[ \t]*\n[ \t\n]*/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += fold.length;
    return fold !== '';
  }

  #escape(): string {
    const char = this.#peek();
    this.#at += char.length;
    const simple = Object.hasOwn(escapes, char) ? escapes[char] : undefined;
    if (simple !== undefined) return simple;
    const length = char === 'u' ? 4 : char === 'U' ? 8 : 0;
    const digits = this.#text.slice(this.#at, this.#at + length);
    const code = Number.parseInt(digits, 16);
    const scalar = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    if (length === 0 || !/^[0-9A-Fa-f]+$/.test(digits) || digits.length !== length || !scalar) {
      return this.#fail(`\\${char} is not an escape`);
    }
    this.#at += length;
    return String.fromCodePoint(code);
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [match = ''] = pattern.exec(this.#text) ?? [];
    this.#at += match.length;
    return match;
  }

  #fail(reason: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new ConfigError({ code: 'CONFIG_SYNTAX', message: `${this.#file}:${line}: ${reason}` });
  }
}

function table(): Draft {
  return Object.create(null) as Draft;
}

function isTable(value: TomlValue | undefined): value is Draft {
  return typeof value === 'object' && !Array.isArray(value);
}
