import type { Fault } from '../errors/manifest-error.ts';
import { type Data, parseDocument } from './document.ts';
import type { ManifestFile } from './manifest-file.ts';
import { type Finding, faultAt, type Page, type Place } from './page.ts';
import { parsePath, type Steps } from './path.ts';
import { splitDocuments } from './split.ts';

export type { Data } from './document.ts';

export type DataObject = { [key: string]: Data };

/** An object as written, of any kind, lists taken apart. */
export interface WrittenObject {
  readonly data: DataObject;
  readonly file: ManifestFile;
  readonly line: number;
  locate(path: string, at?: 'key' | 'value'): Place;
}

/** Every object of the files in order, and what kept others from being read. Whether they are valid is not asked. */
export function readObjects(files: readonly ManifestFile[]): { objects: WrittenObject[]; faults: Fault[] } {
  const objects: WrittenObject[] = [];
  const faults: Fault[] = [];
  for (const file of files) {
    const split = splitDocuments(file);
    faults.push(...split.faults);
    for (const page of split.pages) {
      const document = parseDocument(page);
      faults.push(...document.faults);
      if (document.value === undefined || document.value === null) continue;
      const found = flatten({ file, page, steps: [], data: document.value, place: document.locate });
      objects.push(...found.objects);
      faults.push(...found.faults);
    }
  }
  return { objects, faults };
}

interface Part {
  readonly file: ManifestFile;
  readonly page: Page;
  readonly steps: Steps;
  readonly data: Data;
  readonly place: (steps: Steps, at: 'key' | 'value') => Place;
}

function flatten(part: Part): { objects: WrittenObject[]; faults: Fault[] } {
  const { data, steps, file, page } = part;
  const start = part.place(steps, 'value');
  const finding = isObject(data) ? wrongHead(data) : notAnObject(data);
  if (!isObject(data) || finding !== undefined) {
    return { objects: [], faults: finding === undefined ? [] : [faultAt(file.name, start, finding)] };
  }
  const items = data['items'];
  if (
    !String(data['kind']).endsWith('List') ||
    !(Array.isArray(items) || items === undefined || items === null)
  ) {
    // The tree is parsed again when a place is asked for, so that large files need not stay in memory.
    let document: ReturnType<typeof parseDocument> | undefined;
    const locate = (path: string, at: 'key' | 'value' = 'value'): Place => {
      document ??= parseDocument(page);
      return document.locate([...steps, ...parsePath(path)], at);
    };
    return { objects: [{ data, file, line: start.line, locate }], faults: [] };
  }
  const parts = (items ?? []).map((item, index) =>
    flatten({ ...part, data: inheritHead(data, item), steps: [...steps, 'items', index] }),
  );
  return { objects: parts.flatMap((each) => each.objects), faults: parts.flatMap((each) => each.faults) };
}

/** Items of a PodList need not say that they are Pods. */
function inheritHead(list: DataObject, item: Data): Data {
  if (!isObject(item) || list['kind'] === 'List' || item['kind'] !== undefined) return item;
  return {
    apiVersion: list['apiVersion'] ?? null,
    kind: String(list['kind']).slice(0, -'List'.length),
    ...item,
  };
}

function wrongHead(data: DataObject): Finding | undefined {
  for (const field of ['apiVersion', 'kind']) {
    const value = data[field];
    if (value === undefined || value === null || value === '') {
      return {
        code: 'MISSING_FIELD',
        message: `${field} is missing`,
        hint: headHint(data, field),
        path: field,
      };
    }
    if (typeof value !== 'string') {
      return { code: 'WRONG_TYPE', message: `${field} must be a string`, hint: 'quote it', path: field };
    }
  }
  return undefined;
}

function headHint(data: DataObject, field: string): string | undefined {
  const near = Object.keys(data).find((key) => key.toLowerCase() === field.toLowerCase());
  return near === undefined ? undefined : `${near} is written ${field}`;
}

function notAnObject(data: Data): Finding {
  const what = Array.isArray(data)
    ? 'a list'
    : `the ${typeof data} ${JSON.stringify(String(data).slice(0, 40))}`;
  const hint = 'a manifest starts with apiVersion and kind';
  return { code: 'NOT_AN_OBJECT', message: `a Kubernetes object is expected here, not ${what}`, hint };
}

/** True for maps: neither null nor a list. */
export function isObject(data: Data | undefined): data is DataObject {
  return typeof data === 'object' && data !== null && !Array.isArray(data);
}
