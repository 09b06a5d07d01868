import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { isMergeKey, type Node } from './compose.ts';
import type { Page, Place } from './page.ts';
import type { Steps } from './path.ts';
import { keyText, resolveScalar } from './scalar.ts';

interface Found {
  readonly key: Node;
  readonly value: Node;
}

/** Finds places in a tree that was read. */
export class Locator {
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
