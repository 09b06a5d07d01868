/** One way in that a server offers with 401 (RFC 9110, 11.6.1). Names are in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameter = new RegExp(`(${token})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');
const scheme = new RegExp(`(${token})(?=[\\s,]|$)`, 'y');
const separator = /[\s,]*/y;

/** Reads WWW-Authenticate, which may hold several challenges. What cannot be read ends the reading. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at += match[0].length;
    return match;
  };
  for (take(separator); at < header.length; take(separator)) {
    const pair = take(parameter);
    const current = challenges.at(-1);
    if (pair !== null && current !== undefined) {
      const [, name = '', quoted, plain = ''] = pair;
      current.parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, '$1') ?? plain;
      continue;
    }
    const next = pair === null ? take(scheme) : null;
    if (next === null) break;
    challenges.push({
      scheme: (next[1] ?? '').toLowerCase(),
      parameters: Object.create(null) as Record<string, string>,
    });
  }
  return challenges;
}
