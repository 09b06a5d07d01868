import { RuntimeError } from '../errors/runtime-error.ts';

type CommandCode = 'COMMAND_NOT_FOUND' | 'COMMAND_NOT_EXECUTABLE';

/**
 * How crun and runc word that a container's program cannot be run. Neither tells it in any other way. The first
 * group, where there is one, is the program.
 */
const WORDINGS: readonly (readonly [RegExp, CommandCode])[] = [
  [/executable file `([^`]*)` not found/, 'COMMAND_NOT_FOUND'],
  [/exec: \\?"([^"\\]*)\\?": executable file not found/, 'COMMAND_NOT_FOUND'],
  [/exec: \\?"([^"\\]*)\\?": stat .*: (?:no such file or directory|not a directory)/, 'COMMAND_NOT_FOUND'],
  [/open executable: Not a directory/, 'COMMAND_NOT_FOUND'],
  [/exec container process (?:\(.*\) )?`([^`]*)`: No such file/, 'COMMAND_NOT_FOUND'],
  [/exec: \\?"([^"\\]*)\\?": permission denied/, 'COMMAND_NOT_EXECUTABLE'],
  [/open executable: (?:Permission denied|Operation not permitted)/, 'COMMAND_NOT_EXECUTABLE'],
  [/exec container process `([^`]*)`: (?:Permission denied|Exec format error)/, 'COMMAND_NOT_EXECUTABLE'],
];

const COMMAND_FAILURES: Readonly<
  Record<CommandCode, { readonly exitCode: number; readonly what: string; readonly hint: string }>
> = {
  COMMAND_NOT_FOUND: {
    exitCode: 127,
    what: 'there is no program',
    hint: "check command and args, the image's ENTRYPOINT and PATH",
  },
  COMMAND_NOT_EXECUTABLE: {
    exitCode: 126,
    what: 'cannot execute',
    hint: "it must be a program for this machine, in a file that the container's user may execute",
  },
};

/** Which of the two ways a program cannot be run the runtime's words mean, and which program, if they tell. */
export function commandFailure(
  words: string,
): { readonly code: CommandCode; readonly exitCode: number; readonly program?: string } | undefined {
  for (const [wording, code] of WORDINGS) {
    const found = wording.exec(words);
    if (!found) continue;
    const program = found[1];
    return { code, exitCode: COMMAND_FAILURES[code].exitCode, ...(program ? { program } : {}) };
  }
  return undefined;
}

export interface RuntimeFailure {
  /** What the runtime or conmon said. */
  readonly words: string;
  readonly container: string;
  /** What was to be run, for words that do not tell it. */
  readonly program?: string | undefined;
  /** What it means when the words tell nothing better. */
  readonly otherwise: keyof typeof VERBS;
}

const VERBS = {
  CREATE_FAILED: 'created',
  START_FAILED: 'started',
  EXEC_FAILED: 'entered',
  KILL_FAILED: 'killed',
  DELETE_FAILED: 'deleted',
} as const;

/** The typed error for what a runtime said. */
export function runtimeFailure({ words, container, program, otherwise }: RuntimeFailure): RuntimeError {
  const failure = commandFailure(words);
  if (!failure) {
    return new RuntimeError({
      code: otherwise,
      kind: 'external',
      message: `container ${container} could not be ${VERBS[otherwise]}: ${plain(words)}`,
    });
  }
  const { exitCode, what, hint } = COMMAND_FAILURES[failure.code];
  const named = failure.program ?? program;
  const told = named === undefined ? `a program: ${plain(words)}` : named;
  return new RuntimeError({
    code: failure.code,
    exitCode,
    message: `container ${container}: ${what} ${told}`,
    hint,
  });
}

/** runc wraps its words in logfmt; the last `msg` is what matters. */
function plain(words: string): string {
  const message = [...words.matchAll(/msg="((?:[^"\\]|\\.)*)"/g)].at(-1)?.[1];
  return (message?.replaceAll('\\"', '"') ?? words).trim() || 'the runtime gave no reason';
}
