import { renderItem } from '../render/format.ts';
import { renderJson } from '../render/json.ts';
import { eachOf } from './each-of.ts';

export interface InspectionRequest {
  readonly names: readonly string[];
  readonly format: string | undefined;
  readonly look: (name: string) => Promise<object>;
  readonly print: (text: string) => void;
  /** Gives a thing the keys that its JSON has, where those are not the ones that templates use. */
  readonly json?: (item: object) => unknown;
}

/** Inspects each name and prints what was found, a JSON list or a line by the template each, before it throws what was not. */
export async function printInspected({
  names,
  format,
  look,
  print,
  json = (item) => item,
}: InspectionRequest): Promise<void> {
  const found: object[] = [];
  try {
    await eachOf(names, async (name) => {
      found.push(await look(name));
    });
  } finally {
    if (format === undefined || format.trim() === 'json') print(renderJson(found.map(json)));
    else for (const item of found) print(renderItem(format, item));
  }
}
