import { UsageError } from '../errors/usage-error.ts';
import type { ImageRunConfig } from '../oci/image-config.ts';

type Draft = { -readonly [K in keyof ImageRunConfig]: ImageRunConfig[K] };

/**
 * Applies Dockerfile instructions, each one line, to an empty run configuration: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL,
 * STOPSIGNAL, USER, VOLUME, WORKDIR; `CMD=...` as well as `CMD ...`. Throws UsageError BAD_FLAG_VALUE.
 */
export function imageChanges(changes: readonly string[]): ImageRunConfig {
  const draft: Draft = {};
  for (const change of changes) {
    const [, name = '', value = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/s.exec(change) ?? [];
    const apply = instructions[name.toUpperCase()];
    if (apply === undefined || value === '') throw bad(change, 'it is not an instruction that import knows');
    apply(draft, value, change);
  }
  return inOrder(draft);
}

/** Members in the order of Go's types and keys sorted, as other tools write them: the bytes decide the image's id. */
function inOrder(draft: Draft): ImageRunConfig {
  const sorted = (record: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)));
  return Object.fromEntries(
    goOrder.flatMap((key) => {
      const value = draft[key];
      if (value === undefined || value === null) return [];
      return [[key, typeof value === 'object' && !Array.isArray(value) ? sorted({ ...value }) : value]];
    }),
  );
}

const goOrder: readonly (keyof ImageRunConfig)[] = [
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'Volumes',
  'WorkingDir',
  'Labels',
  'StopSignal',
];

type Instruction = (draft: Draft, value: string, change: string) => void;

const instructions: Readonly<Record<string, Instruction>> = {
  CMD: (draft, value, change) => {
    draft.Cmd = command(value, change);
  },
  ENTRYPOINT: (draft, value, change) => {
    draft.Entrypoint = command(value, change);
  },
  ENV: (draft, value, change) => {
    const added = pairs(value, change);
    const kept = (draft.Env ?? []).filter((old) => !added.some(([key]) => old.startsWith(`${key}=`)));
    draft.Env = [...kept, ...added.map(([key, text]) => `${key}=${text}`)];
  },
  EXPOSE: (draft, value, change) => {
    const ports = words(value, change).flatMap((port) => exposed(port, change));
    draft.ExposedPorts = { ...draft.ExposedPorts, ...Object.fromEntries(ports.map((port) => [port, {}])) };
  },
  LABEL: (draft, value, change) => {
    draft.Labels = { ...draft.Labels, ...Object.fromEntries(pairs(value, change)) };
  },
  STOPSIGNAL: (draft, value) => {
    draft.StopSignal = value;
  },
  USER: (draft, value) => {
    draft.User = value;
  },
  VOLUME: (draft, value, change) => {
    const paths = json(value, change) ?? words(value, change);
    draft.Volumes = { ...draft.Volumes, ...Object.fromEntries(paths.map((path) => [path, {}])) };
  },
  WORKDIR: (draft, value) => {
    draft.WorkingDir = value.startsWith('/') ? value : `${draft.WorkingDir ?? ''}/${value}`;
  },
};

/** The JSON form is the argv itself, the other form is for a shell. */
function command(value: string, change: string): readonly string[] {
  return json(value, change) ?? ['/bin/sh', '-c', value];
}

/** A JSON list of strings; undefined if the text is not meant as one. */
function json(value: string, change: string): readonly string[] | undefined {
  if (!value.startsWith('[')) return undefined;
  try {
    const list: unknown = JSON.parse(value);
    if (Array.isArray(list) && list.every((item) => typeof item === 'string')) return list;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw bad(change, 'a value that begins with [ is a JSON list of strings');
}

/** `a=b c="d e"`, or the old `key the whole rest`. */
function pairs(value: string, change: string): readonly (readonly [string, string])[] {
  const [first = ''] = words(value, change);
  if (!first.includes('=')) {
    const [, key = '', rest] = /^(\S+)\s+(.*)$/s.exec(value) ?? [];
    if (rest === undefined) throw bad(change, 'a value is missing');
    return [[key, rest]];
  }
  return words(value, change).map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw bad(change, `${JSON.stringify(word)} is not NAME=VALUE`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
}

/** Words as a shell would cut them: quotes keep spaces, a backslash takes the next character as it is. */
function words(value: string, change: string): readonly string[] {
  const found: string[] = [];
  const pattern = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/sy;
  let end = 0;
  for (let match = pattern.exec(value); match !== null; match = pattern.exec(value)) {
    found.push((match[1] ?? '').replace(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/gs, unquoted));
    end = pattern.lastIndex;
  }
  if (value.slice(end).trim() !== '') throw bad(change, 'a quote is not closed');
  return found;
}

function unquoted(_: string, escaped?: string, double?: string, single?: string): string {
  return escaped ?? double?.replace(/\\(["\\$])/g, '$1') ?? single ?? '';
}

function exposed(port: string, change: string): readonly string[] {
  const [, from = '', to = from, protocol = 'tcp'] =
    /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(port) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (from === '' || first < 1 || last > 65_535 || last < first) {
    throw bad(change, `${JSON.stringify(port)} is not a port`);
  }
  return Array.from({ length: last - first + 1 }, (_, index) => `${first + index}/${protocol.toLowerCase()}`);
}

function bad(change: string, reason: string): UsageError {
  return new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `the change ${JSON.stringify(change)} cannot be applied: ${reason}`,
    hint: 'CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME and WORKDIR are known, as in a Dockerfile',
  });
}
