import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { Fault } from '../errors/manifest-error.ts';
import { compose, isMergeKey, maximumDepth, type Node, tooDeep } from './compose.ts';
import { Locator } from './locator.ts';
import type { Finding, Page, Place } from './page.ts';
import { formatPath, type Steps } from './path.ts';
import { keyText, resolveScalar, type ScalarValue } from './scalar.ts';
import { oddSpaceFinding } from './syntax-fault.ts';

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

/** Values that aliases may repeat, so that a few lines cannot become gigabytes. */
const maximumRepeated = 100_000;

/**
 * Parses one document. npm `yaml` gives the tree with every scalar as text (its failsafe schema); what the
 * scalars, merge keys and aliases mean is decided here, by Kubernetes' rules. All faults but those after the
 * first syntax error are found.
 */
export function parseDocument(written: Page): ParsedDocument {
  const tree = compose(written);
  if ('faults' in tree) return { value: undefined, faults: tree.faults, locate: () => written.place(0, 1) };
  const { page } = tree;
  const reader = new Reader(page);
  const value = reader.read(tree.root, { steps: [], depth: 0, repeated: false });
  const locator = new Locator(page, reader.targets);
  return {
    value: reader.faults.some((fault) => fault.severity === 'error') ? undefined : value,
    faults: reader.faults,
    locate: (steps, at) => locator.locate(tree.root, steps, at),
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
      this.#report(key, position.steps, notAKey);
      return undefined;
    }
    this.#checkColon(node, position.steps);
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

  /** In `{a:, b: c}` the colon ends the key for YAML 1.2, and is part of it for Kubernetes. */
  #checkColon(node: Node, steps: Steps): void {
    if (!isScalar(node) || node.type !== 'PLAIN') return;
    const [, end] = node.range;
    if (!/^:[,[\]{}]/.test(this.#page.text.slice(end, end + 2))) return;
    const message = `Kubernetes takes the colon after ${node.value} as part of the text`;
    this.#report(node, steps, { code: 'YAML_SYNTAX', message, hint: 'write a space or a value after it' });
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

const notAKey: Finding = {
  code: 'YAML_SYNTAX',
  message: 'a key must be a single value',
  hint: 'if this is a template, render it first',
};

function deeper(position: Position, step?: string | number): Position {
  return {
    steps: step === undefined ? position.steps : [...position.steps, step],
    depth: position.depth + 1,
    repeated: position.repeated,
  };
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
