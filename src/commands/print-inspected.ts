import { renderItem } from '../render/format.ts';
import { renderJson } from '../render/json.ts';
import { eachOf } from './each-of.ts';

export interface InspectionRequest {
  readonly names: readonly string[];
  readonly format: string | undefined;
  readonly look: (name: string) => Promise<object>;
  readonly print: (text: string) => void;
}

/** Inspects each name and prints what was found, a JSON list or a line by the template each, before it throws what was not. */
export async function printInspected({ names, format, look, print }: InspectionRequest): Promise<void> {
  const found: object[] = [];
  try {
    await eachOf(names, async (name) => {
      found.push(await look(name));
    });
  } finally {
    if (format === undefined || format.trim() === 'json') print(renderJson(found));
    else for (const item of found) print(renderItem(format, item));
  }
}
