import type { Fault, FaultCode } from '../errors/manifest-error.ts';

/** Where something stands in a file: lines and columns count from 1, `source` is the whole line. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly source: string;
}

/** What a fault says, before it has a place. */
export interface Finding {
  readonly code: FaultCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** An error unless given. */
  readonly severity?: Fault['severity'];
  readonly path?: string;
}

/** Lines that hold no value of a Secret. */
const openLine = /^\s*(?:- )?(?:apiVersion|kind|metadata|name|namespace|labels|type|immutable)\s*:/;

/** The text of one document, and where in its file it stands. */
export class Page {
  readonly file: string;
  readonly firstLine: number;
  /** Columns that the first line lacks, for a page that starts inside a line. */
  readonly indent: number;
  readonly text: string;
  /** Columns that the text has more than the file, by the index of the line. */
  readonly #added: ReadonlyMap<number, number>;
  #starts: number[] | undefined;
  #secret: boolean | undefined;

  constructor(page: {
    file: string;
    firstLine: number;
    text: string;
    indent?: number;
    added?: ReadonlyMap<number, number>;
  }) {
    this.file = page.file;
    this.firstLine = page.firstLine;
    this.text = page.text;
    this.indent = page.indent ?? 0;
    this.#added = page.added ?? new Map();
  }

  /** The page of the text between two offsets. */
  part(start: number, end: number): Page {
    if (start === 0 && end === this.text.length) return this;
    const { line, column } = this.place(start, 1);
    return new Page({
      file: this.file,
      firstLine: line,
      indent: column - 1,
      text: this.text.slice(start, end),
    });
  }

  /** The page with the lines that start inside a range indented by so many columns; places stay those of the file. */
  indented({ start, end, width }: { start: number; end: number; width: number }): Page | undefined {
    const added = new Map(this.#added);
    const first = this.#lineAt(start) + 1;
    const last = this.#lineAt(end);
    if (first > last) return undefined;
    for (let index = first; index <= last; index++) added.set(index, (added.get(index) ?? 0) + width);
    const inside = this.text.slice(start, end).replaceAll('\n', `\n${' '.repeat(width)}`);
    const text = this.text.slice(0, start) + inside + this.text.slice(end);
    return new Page({ file: this.file, firstLine: this.firstLine, indent: this.indent, text, added });
  }

  /** The place of the text at an offset, cut at the end of its line. */
  place(offset: number, length: number): Place {
    const index = this.#lineAt(offset);
    const start = (this.#lineStarts()[index] ?? 0) + (this.#added.get(index) ?? 0);
    const end = this.text.indexOf('\n', start);
    const source = this.text.slice(start, end === -1 ? undefined : end);
    const before = Math.max(0, Math.min(offset - start, source.length));
    const indent = index === 0 ? this.indent : 0;
    return {
      line: this.firstLine + index,
      column: before + 1 + indent,
      length: Math.max(1, Math.min(length, source.length - before)),
      source: visible(' '.repeat(indent) + this.#shown(source)),
    };
  }

  /** A fault about the text at an offset; without one, about the page's first character. */
  fault(finding: Finding & { offset?: number; length?: number }): Fault {
    return faultAt(this.file, this.place(finding.offset ?? 0, finding.length ?? 1), finding);
  }

  /** Lines of a Secret are shown without what may be its values. */
  #shown(source: string): string {
    this.#secret ??= /\bkind["']?\s*:\s*["']?Secret\b/.test(this.text);
    if (!this.#secret || openLine.test(source)) return source;
    const key =
      /^\s*(?:- )?["']?[-._\w]+["']?\s*:(?=\s|$)/.exec(source)?.[0] ?? /^\s*/.exec(source)?.[0] ?? '';
    return key.length === source.length ? source : `${key} <hidden>`;
  }

  /** Index of the line that an offset lies in. */
  #lineAt(offset: number): number {
    const starts = this.#lineStarts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #lineStarts(): number[] {
    if (this.#starts === undefined) {
      this.#starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        this.#starts.push(at + 1);
      }
    }
    return this.#starts;
  }
}

/** A fault with its place. */
export function faultAt(file: string, place: Place, finding: Finding): Fault {
  return {
    severity: finding.severity ?? 'error',
    code: finding.code,
    message: visible(finding.message),
    ...(finding.hint === undefined ? {} : { hint: visible(finding.hint) }),
    file,
    ...place,
    path: finding.path ?? '',
  };
}

/** Replaces what would change a terminal's state by characters of the same width. Tabs stay. */
function visible(text: string): string {
  return text.replace(/[\0-\x08\x0A-\x1F\x7F-\x9F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\uFFFD';
  });
}
