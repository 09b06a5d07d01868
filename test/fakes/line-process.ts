import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What a LineProcess said no with. */
export class LineError extends Error {
  readonly code: string;

  constructor({ code, message }: { readonly code: string; readonly message: string }) {
    super(message);
    this.code = code;
  }
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly code?: string;
  readonly message?: string;
}

/** A Node process, in a network namespace of its own if wanted, that does what it is told line by line. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  readonly #ended: Promise<unknown>;
  #count = 0;

  constructor(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}) {
    const [program, ...args] = argv;
    this.#child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.#ended = once(this.#child, 'exit');
    // A process that was killed can no longer be written to.
    this.#child.stdin?.on('error', () => undefined);
    if (this.#child.stdout === null) throw new TypeError('the process has no output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line) as Answer;
      this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** Rejects with LineError if the process says no. Never settles if it dies first. */
  async call<T = unknown>(verb: string, argument?: unknown): Promise<T> {
    this.#count += 1;
    const id = this.#count;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#child.stdin?.write(`${JSON.stringify({ id, verb, argument })}\n`);
    const { value, code, message = '' } = await promise;
    if (code !== undefined) throw new LineError({ code, message });
    return value as T;
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}

/** Runs in the other process: answers each line by the verb it names. */
export async function answerLines(
  verbs: Readonly<Record<string, (argument: never) => Promise<unknown>>>,
): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id, verb, argument } = JSON.parse(line) as { id: number; verb: string; argument: never };
    const reply = (answer: object) => process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`);
    const act = verbs[verb];
    if (act === undefined) throw new TypeError(`there is no verb ${verb}`);
    act(argument).then(
      (value) => reply({ value }),
      (error) =>
        reply({
          code: String(error.code ?? error.name),
          message: `${error.stack}\n${error.cause?.stack ?? ''}`,
        }),
    );
  }
}
