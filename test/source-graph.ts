import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** One import or re-export, as written. `target` is the imported file of ours, absent for packages and Node's own modules. */
export interface Import {
  readonly line: number;
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly target?: string;
}

/** One TypeScript file; its path is relative to the package's root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface SourceFunction {
  readonly path: string;
  readonly line: number;
  readonly length: number;
  readonly name: string;
}

export type SourceGraph = ReadonlyMap<string, SourceFile>;

const root = join(import.meta.dirname, '..');

/** Paths of all files below a folder of the package, relative to its root, sorted. Generated folders are left out. */
export function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((path) => !/(^|\/)(node_modules|generated|build)\//.test(path))
    .sort();
}

/** Reads every TypeScript file below a folder with its imports. It relies on the formatter: a statement starts its line. */
export function readSources(folder: string): SourceGraph {
  const files = filesBelow(folder).filter((path) => path.endsWith('.ts'));
  return new Map(files.map((path) => [path, sourceFile(path, readFileSync(join(root, path), 'utf8'))]));
}

/** Reads one source text as if it stood at `path`. */
export function sourceFile(path: string, text: string): SourceFile {
  const statement = /^(?:import|export)\b(\s+type\b)?(?:[^'"`;=()]*?\bfrom)?\s*'([^']+)'/gm;
  const dynamic = /(\btypeof\s+)?\bimport\(\s*'([^']+)'\s*\)(\.\w)?|\brequire\(\s*'([^']+)'\s*\)/g;
  const found: Import[] = [];
  const add = (index: number, specifier: string, typeOnly: boolean) => {
    const line = text.slice(0, index).split('\n').length;
    const target = specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined;
    found.push({ line, specifier, typeOnly, ...(target !== undefined && { target }) });
  };
  for (const match of text.matchAll(statement)) {
    add(match.index, match[2] ?? '', match[1] !== undefined);
  }
  for (const match of text.matchAll(dynamic)) {
    add(match.index, match[2] ?? match[4] ?? '', match[1] !== undefined);
  }
  return { path, text, imports: found };
}

/** The shortest way from a file that nobody imports to `path`, both included. */
export function chainTo(graph: SourceGraph, path: string): string[] {
  const importers = new Map<string, string[]>();
  for (const file of graph.values()) {
    for (const { target } of file.imports) {
      if (target !== undefined) importers.set(target, [...(importers.get(target) ?? []), file.path]);
    }
  }
  const queue = [[path]];
  const seen = new Set([path]);
  for (const chain of queue) {
    const next = (importers.get(chain[0] ?? '') ?? []).filter((importer) => !seen.has(importer));
    if (next.length === 0) return chain;
    for (const importer of next) {
      seen.add(importer);
      queue.push([importer, ...chain]);
    }
  }
  return [path];
}

/** The first cycle met, from a file round to itself, or undefined. Type imports count. */
export function cycle(graph: SourceGraph): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    if (done.has(path)) return undefined;
    for (const { target } of graph.get(path)?.imports ?? []) {
      const found = target === undefined ? undefined : visit(target, [...trail, path]);
      if (found) return found;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const found = visit(path, []);
    if (found) return found;
  }
  return undefined;
}

/** Named functions and methods of a file with their lengths in lines, found by the formatter's indentation. */
export function functionsOf({ path, text }: SourceFile): SourceFunction[] {
  const start =
    /^( *)(?:(?:export|default|private|public|static|override|async|get|set) )*(?:function\*? )?(?:const )?(#?\w+)(?:<.*>)?(?:\(| = (?:async )?\()/;
  const keyword = /^(if|for|while|switch|catch|super)$/;
  const lines = text.split('\n');
  const found: SourceFunction[] = [];
  for (const [index, line] of lines.entries()) {
    const [, indent = '', name = ''] = start.exec(line) ?? [];
    if (name === '' || keyword.test(name)) continue;
    const end = lastLine(lines, index, indent);
    if (end !== undefined) found.push({ path, line: index + 1, length: end - index + 1, name });
  }
  return found;
}

/** Index of the closing brace of the block that starts at `index`; undefined when no block starts there. */
function lastLine(lines: readonly string[], index: number, indent: string): number | undefined {
  let opened = /(\{|=>)$/.test(lines[index] ?? '');
  for (let at = index + 1; at < lines.length; at++) {
    const line = lines[at] ?? '';
    if (line === '' || line.startsWith(`${indent} `)) continue;
    if (opened) return line.startsWith(`${indent}}`) ? at : undefined;
    opened = line.startsWith(`${indent})`) && /(\{|=>)$/.test(line);
    if (!opened) return undefined;
  }
  return undefined;
}
