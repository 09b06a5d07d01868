import { functions } from './functions.ts';
import { goText, isHeading, isStruct, isTrue, mapEntries } from './go-value.ts';
import { badTemplate, type Call, type Node, type Pipeline, type Term } from './syntax.ts';

/** Carries a template out on `data`, which is its `.` and `$`. Throws UsageError BAD_TEMPLATE for a field that is not there. */
export function execute(nodes: readonly Node[], data: unknown): string {
  const run = new Run(data);
  run.walk(nodes, data);
  return run.output;
}

type Flow = 'next' | 'break' | 'continue';

class Run {
  output = '';
  readonly #variables: { readonly name: string; value: unknown }[];

  constructor(root: unknown) {
    this.#variables = [{ name: '$', value: root }];
  }

  walk(nodes: readonly Node[], dot: unknown): Flow {
    for (const node of nodes) {
      const flow = this.#node(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #node(node: Node, dot: unknown): Flow {
    switch (node.type) {
      case 'text':
        this.output += node.text;
        return 'next';
      case 'print': {
        const value = this.#pipeline(node.pipeline, dot);
        if (node.pipeline.target === undefined) this.output += goText(value);
        return 'next';
      }
      case 'if':
      case 'with':
        return this.#scoped(() => {
          const value = this.#pipeline(node.pipeline, dot);
          if (!isTrue(value)) return this.walk(node.otherwise, dot);
          return this.walk(node.body, node.type === 'with' ? value : dot);
        });
      case 'range':
        return this.#scoped(() => this.#range(node, dot));
      case 'break':
      case 'continue':
        return node.type;
    }
  }

  #range(node: Extract<Node, { type: 'range' }>, dot: unknown): Flow {
    const entries = rangeEntries(this.#pipeline(node.pipeline, dot));
    if (entries.length === 0) return this.walk(node.otherwise, dot);
    for (const [key, item] of entries) {
      const flow = this.#scoped(() => {
        const values = node.variables.length === 2 ? [key, item] : [item];
        for (const [at, name] of node.variables.entries()) this.#variables.push({ name, value: values[at] });
        return this.walk(node.body, item);
      });
      if (flow === 'break') break;
    }
    return 'next';
  }

  #scoped(body: () => Flow): Flow {
    const depth = this.#variables.length;
    const flow = body();
    this.#variables.length = depth;
    return flow;
  }

  #pipeline({ target, calls }: Pipeline, dot: unknown): unknown {
    let value: unknown;
    for (const [at, call] of calls.entries()) value = this.#call(call, dot, at === 0 ? [] : [value]);
    if (target?.declares) this.#variables.push({ name: target.name, value });
    else if (target !== undefined) this.#variable(target.name).value = value;
    return value;
  }

  #call([callee, ...rest]: Call, dot: unknown, piped: readonly unknown[]): unknown {
    if (callee.type === 'function' && (callee.name === 'and' || callee.name === 'or')) {
      return this.#shortCircuit(callee.name, rest, dot, piped);
    }
    const args = () => [...rest.map((term) => this.#term(term, dot, [])), ...piped];
    if (callee.type === 'function') return functions[callee.name]?.(...args());
    return this.#term(callee, dot, args());
  }

  #shortCircuit(
    name: 'and' | 'or',
    terms: readonly Term[],
    dot: unknown,
    piped: readonly unknown[],
  ): unknown {
    let value: unknown;
    for (const term of terms) {
      value = this.#term(term, dot, []);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped.length > 0 ? piped[0] : value;
  }

  /** The value of a term. `args` are for a method at the end of its path; nothing else takes any. */
  #term(term: Term, dot: unknown, args: readonly unknown[]): unknown {
    switch (term.type) {
      case 'literal':
        return term.value;
      case 'dot':
        return follow(dot, term.path, args);
      case 'variable':
        return follow(this.#variable(term.name).value, term.path, args);
      case 'group':
        return follow(this.#pipeline(term.pipeline, dot), term.path, args);
      case 'function':
        return functions[term.name]?.();
    }
  }

  #variable(name: string): { value: unknown } {
    const found = this.#variables.findLast((variable) => variable.name === name);
    if (found === undefined) throw badTemplate(`undefined variable ${name}`);
    return found;
  }
}

function follow(value: unknown, path: readonly string[], args: readonly unknown[]): unknown {
  const last = path.length - 1;
  const found = path.reduce<unknown>((at, name, index) => field(at, name, index === last ? args : []), value);
  if (path.length === 0 && args.length > 0) throw badTemplate(`${goText(value)} is not a function`);
  return found;
}

function field(value: unknown, name: string, args: readonly unknown[]): unknown {
  if (isHeading(value)) return value.heading(name);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badTemplate(`there is no field ${name} in ${goText(value)}`);
  }
  if (value instanceof Map) return value.get(name);
  const found = lookUp(value, name);
  if (typeof found === 'function') return found.apply(value, args);
  if (args.length > 0) throw badTemplate(`${name} is not a function`);
  return found;
}

/** A field of a struct may be written in any case (Podman's own output says `Id`, its templates `ID`). */
function lookUp(value: object, name: string): unknown {
  const fields = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, name)) return fields[name];
  if (!isStruct(value)) return undefined;
  const key = Object.keys(fields).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (key !== undefined) return fields[key];
  throw badTemplate(`there is no field ${name}; there are ${Object.keys(fields).sort().join(', ')}`);
}

function rangeEntries(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [...value.entries()];
  if (typeof value === 'number') return Array.from({ length: Math.min(value, 100_000) }, (_, at) => [at, at]);
  if (isHeading(value)) return [[0, value]];
  if (typeof value === 'object' && !isStruct(value)) return mapEntries(value);
  throw badTemplate(`cannot range over ${goText(value)}`);
}
