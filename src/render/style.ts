/** How output may look. `plain` is for pipes and files, and for people who set NO_COLOR. */
export interface Style {
  bold(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
  dim(text: string): string;
}

const plain: Style = {
  bold: (text) => text,
  red: (text) => text,
  yellow: (text) => text,
  cyan: (text) => text,
  dim: (text) => text,
};

const coloured: Style = {
  bold: (text) => `\u001b[1m${text}\u001b[22m`,
  red: (text) => `\u001b[31m${text}\u001b[39m`,
  yellow: (text) => `\u001b[33m${text}\u001b[39m`,
  cyan: (text) => `\u001b[36m${text}\u001b[39m`,
  dim: (text) => `\u001b[2m${text}\u001b[22m`,
};

/** The style for a stream: coloured on a terminal, unless NO_COLOR is set (no-color.org) or TERM is `dumb`. */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Style {
  const colour = stream.isTTY === true && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb';
  return colour ? coloured : plain;
}
