import type { Fault } from '../errors/manifest-error.ts';
import type { ManifestFile } from './manifest-file.ts';
import { Page } from './page.ts';

/** Larger files are refused unread. */
const maximumFileLength = 64 * 1024 * 1024;
/** Larger documents too. The API server takes no more than 3 MiB. */
const maximumDocumentLength = 4 * 1024 * 1024;

/**
 * Cuts a file into documents as Kubernetes' reader does, before any YAML is parsed: at lines that start with
 * `---` followed by nothing but space or a comment, and, where a document is JSON, between objects that
 * follow each other. Line ends become LF and byte order marks at the start of a line vanish.
 */
export function splitDocuments(file: ManifestFile): { pages: Page[]; faults: Fault[] } {
  if (file.text.length > maximumFileLength) {
    const page = new Page({ file: file.name, firstLine: 1, text: file.text.slice(0, 200) });
    return { pages: [], faults: [tooLarge(page, 'file', maximumFileLength)] };
  }
  const pages: Page[] = [];
  const faults: Fault[] = [];
  let lines: string[] = [];
  let firstLine = 1;
  const close = (nextLine: number): void => {
    if (lines.some((line) => !/^\s*(?:#|$)/.test(line))) {
      const page = new Page({ file: file.name, firstLine, text: `${lines.join('\n')}\n` });
      if (page.text.length <= maximumDocumentLength) pages.push(...splitObjects(page));
      else faults.push(tooLarge(page, 'document', maximumDocumentLength));
    }
    lines = [];
    firstLine = nextLine;
  };
  for (const [index, raw] of file.text.split('\n').entries()) {
    const line = raw.replace(/^\uFEFF/, '').replace(/\r$/, '');
    if (!line.startsWith('---')) {
      lines.push(line);
      continue;
    }
    close(index + 2);
    if (!/^\s*(?:#|$)/.test(line.slice(3))) {
      faults.push(
        new Page({ file: file.name, firstLine: index + 1, text: line }).fault({
          code: 'YAML_SYNTAX',
          message: 'text after the document separator ---',
          hint: 'start the document on the next line',
          length: line.length,
        }),
      );
    }
  }
  if (lines.at(-1) === '') lines.pop();
  close(0);
  return { pages, faults };
}

function tooLarge(page: Page, what: string, maximum: number): Fault {
  const message = `the ${what} has more than ${maximum} characters`;
  return page.fault({ code: 'YAML_LIMIT', message, hint: `split the ${what}` });
}

/** JSON objects may follow each other without separators. Anything but space between them stays in its page. */
function splitObjects(page: Page): Page[] {
  if (!/^\s*\{/.test(page.text)) return [page];
  const pages: Page[] = [];
  const mark = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  let depth = 0;
  let start = 0;
  for (let match = mark.exec(page.text); match !== null; match = mark.exec(page.text)) {
    if (match[0] === '{') depth += 1;
    else if (match[0] === '}') depth -= 1;
    const end = mark.lastIndex;
    if (
      depth === 0 &&
      /^\s*\{/.test(page.text.slice(end, end + 1024)) &&
      isJson(page.text.slice(start, end))
    ) {
      pages.push(page.part(start, end));
      start = end;
    }
  }
  return [...pages, page.part(start, page.text.length)];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    // Flow style YAML looks alike and is left in one page.
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
