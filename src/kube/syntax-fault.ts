import type { YAMLError } from 'yaml';
import type { Fault } from '../errors/manifest-error.ts';
import type { Finding, Page } from './page.ts';

/** A rule for putting an error of the parser into words. */
interface Wording {
  readonly code: YAMLError['code'];
  /** What the parser's message must look like; its groups are given to `message`. */
  readonly said?: RegExp;
  readonly message: (groups: readonly string[]) => string;
  readonly hint?: string;
  /** Whether the fault is where the text began that does not end. */
  readonly open?: boolean;
}

const indentation = 'check the indentation, and that each key ends with a colon and a space';

const wordings: readonly Wording[] = [
  {
    code: 'MISSING_CHAR',
    said: /closing (["'])quote/,
    message: ([quote]) => `the quote ${quote} is not closed`,
    hint: 'end the text with the same quote',
    open: true,
  },
  {
    code: 'BAD_INDENT',
    said: /end with a (.)/,
    message: ([close]) => `the ${close === '}' ? '{' : '['} is not closed, or what follows is not indented`,
    hint: 'end it on a line that is indented like the others',
    open: true,
  },
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    message: () =>
      'a value cannot hold another key on the same line, or be followed by one that is indented more',
    hint: 'quote a text with a colon in it, or check the indentation',
  },
  {
    code: 'MULTILINE_IMPLICIT_KEY',
    message: () => 'this line is no key with a colon, or is not indented like its neighbours',
    hint: indentation,
  },
  {
    code: 'UNEXPECTED_TOKEN',
    said: /token in YAML stream: "(.+)"/,
    message: ([token]) => `${token} is not expected here`,
    hint: 'quote it if it is text, else check brackets and indentation',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    said: /at node end/,
    message: () => 'this does not belong to the value before it',
    hint: `check quotes; ${indentation}`,
  },
  {
    code: 'BAD_SCALAR_START',
    said: /character (.)/,
    message: ([character]) => `a value cannot start with ${character}`,
    hint: 'quote it',
  },
  {
    code: 'BAD_DQ_ESCAPE',
    said: /sequence (\\.)/,
    message: ([sequence]) => `${sequence} means nothing in double quotes`,
    hint: 'use single quotes, or write \\\\ for a backslash',
  },
];

/** Spaces that look like a blank and are none to YAML. */
const oddSpace = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/;

/**
 * The fault for an error of the parser. `open` is the offset of the quoted text or flow collection that does not
 * end, if there is one.
 */
export function syntaxFault(page: Page, error: YAMLError, open: number | undefined): Fault {
  const wording = wordings.find(
    ({ code, said }) => code === error.code && (said?.test(error.message) ?? true),
  );
  const offset = (wording?.open ? open : undefined) ?? error.pos[0];
  const length = offset === error.pos[0] ? error.pos[1] - offset : 1;
  const place = page.place(offset, length);
  const before = /^\s*/.exec(place.source)?.[0] ?? '';
  const lineStart = offset - (place.column - 1);
  if (before.includes('\t')) {
    const message = 'a tab is used for indentation';
    const hint = 'indent with spaces';
    return page.fault({ code: 'YAML_SYNTAX', message, hint, offset: lineStart, length: before.length });
  }
  const odd = oddSpace.exec(place.source);
  if (odd !== null) return page.fault({ ...oddSpaceFinding(odd[0]), offset: lineStart + odd.index });
  const finding = worded(error, wording);
  const hint = place.source.includes('{{') ? 'a template has to be rendered first' : finding.hint;
  return page.fault({ ...finding, hint, offset, length });
}

function worded({ message }: YAMLError, wording: Wording | undefined): Finding {
  if (wording === undefined) return { code: 'YAML_SYNTAX', message: message.replace(/\.$/, '') };
  const groups = wording.said?.exec(message)?.slice(1) ?? [];
  return { code: 'YAML_SYNTAX', message: wording.message(groups), hint: wording.hint };
}

/** Says that a space is none to YAML. */
export function oddSpaceFinding(character: string, position = 'stands here'): Finding {
  const name = character === '\u00A0' ? 'a non-breaking space' : 'an unusual space';
  return {
    code: 'YAML_SYNTAX',
    message: `${name} (${unicodeName(character)}) ${position}; it is part of the text to YAML`,
    hint: 'replace it with an ordinary space',
  };
}

/** `U+00A0` for a no-break space. */
export function unicodeName(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
