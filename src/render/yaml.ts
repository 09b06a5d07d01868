/** Reads as the same text in YAML 1.1 and 1.2 without quotes. */
const plainText = /^[A-Za-z/](?:[\w ./@+,()~-]|:(?=\S))*(?<! )$/;
const otherMeaning = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

/** Plain data as block YAML, for people to read. Ends with a line feed. */
export function renderYaml(value: Readonly<Record<string, unknown>>): string {
  return `${lines(value).join('\n')}\n`;
}

function lines(value: unknown): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => nestedLines(item).map((line, at) => `${at === 0 ? '- ' : '  '}${line}`));
  }
  return Object.entries(value as object).flatMap(([key, item]) => {
    if (item === undefined) return [];
    const name = scalar(key);
    return isNested(item)
      ? [`${name}:`, ...lines(item).map((line) => `  ${line}`)]
      : [`${name}: ${scalar(item)}`];
  });
}

function nestedLines(item: unknown): string[] {
  return isNested(item) ? lines(item) : [scalar(item)];
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function scalar(value: unknown): string {
  if (typeof value === 'string')
    return plainText.test(value) && !otherMeaning.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}
