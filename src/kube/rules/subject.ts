import type { FaultCode } from '../../errors/manifest-error.ts';
import { nearest } from '../../values/nearest.ts';
import type { Place } from '../page.ts';
import { formatPath, type Steps } from '../path.ts';

/** A fault that a rule found, without its place. */
export interface Report {
  readonly severity: 'error' | 'warning';
  readonly code: FaultCode;
  readonly steps: Steps;
  readonly message: string;
  readonly hint: string | undefined;
  readonly at: 'key' | 'value';
}

/** Where rules report to, and ask for the text that a value was written with. */
export interface Desk {
  report(report: Report): void;
  place(steps: Steps, at: 'key' | 'value'): Place;
}

type Item<T> = NonNullable<T> extends readonly (infer I)[] ? I : never;
type MapValue<T> = NonNullable<T> extends Readonly<Record<string, infer V>> ? V : never;

/** A value inside an object under check, which knows its path and takes reports about itself. */
export class Subject<T> {
  readonly value: T;
  readonly steps: Steps;
  readonly #desk: Desk;

  constructor(value: T, steps: Steps, desk: Desk) {
    this.value = value;
    this.steps = steps;
    this.#desk = desk;
  }

  /** The field of that name, there or not. */
  at<K extends keyof NonNullable<T> & string>(key: K): Subject<NonNullable<T>[K] | undefined> {
    return new Subject(this.value?.[key], [...this.steps, key], this.#desk);
  }

  /** The items of a list; none where it is absent. */
  items(): Subject<Item<T>>[] {
    const list = (this.value ?? []) as Item<T>[];
    return list.map((item, index) => new Subject(item, [...this.steps, index], this.#desk));
  }

  /** The values of a map with their keys; none where it is absent. */
  entries(): { key: string; value: Subject<MapValue<T>> }[] {
    const map = (this.value ?? {}) as Record<string, MapValue<T>>;
    return Object.entries(map).map(([key, value]) => {
      return { key, value: new Subject(value, [...this.steps, key], this.#desk) };
    });
  }

  /** The same value seen as another type, for values whose type depends on a field beside them. */
  as<Other>(): Subject<Other> {
    return new Subject(this.value as unknown as Other, this.steps, this.#desk);
  }

  /** The same place with another value, for one that is completed before it is checked. */
  with(value: T): Subject<T> {
    return new Subject(value, this.steps, this.#desk);
  }

  get path(): string {
    return formatPath(this.steps);
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  /** Line on which it, or what should contain it, is written. */
  line(): number {
    return this.#desk.place(this.steps, 'value').line;
  }

  error(code: FaultCode, message: string, hint?: string): void {
    this.#report('error', code, { message, hint, at: 'value' });
  }

  warning(code: FaultCode, message: string, hint?: string): void {
    this.#report('warning', code, { message, hint, at: 'value' });
  }

  /** An error about the key rather than its value. */
  keyError(code: FaultCode, message: string, hint?: string): void {
    this.#report('error', code, { message, hint, at: 'key' });
  }

  #report(
    severity: Report['severity'],
    code: FaultCode,
    { message, hint, at }: Pick<Report, 'message' | 'hint' | 'at'>,
  ): void {
    this.#desk.report({ severity, code, steps: this.steps, message, hint, at });
  }
}

/** Reports a text that is none of the allowed ones. Absent is allowed; so is '' where the list says so. */
export function checkOneOf(subject: Subject<string | undefined>, allowed: readonly string[]): void {
  if (subject.value === undefined || allowed.includes(subject.value)) return;
  const near = nearest(subject.value, allowed);
  const names = allowed.filter((name) => name !== '').join(', ');
  const found = JSON.stringify(subject.value);
  subject.error(
    'BAD_VALUE',
    `${found} is none of ${names}`,
    near === undefined ? undefined : `did you mean ${near}?`,
  );
}

/** Reports a number outside its range. */
export function checkRange(
  subject: Subject<number | undefined>,
  { least, most = Number.POSITIVE_INFINITY }: { least: number; most?: number },
): void {
  const { value } = subject;
  if (value === undefined || (value >= least && value <= most)) return;
  const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `from ${least} to ${most}`;
  subject.error('BAD_VALUE', `${value} is out of range`, `it must be ${range}`);
}

/** Reports every subject whose text an earlier one has too, with the earlier one's line. */
export function checkUnique(
  subjects: readonly Subject<string | undefined>[],
  what: string,
  severity: Report['severity'] = 'error',
): void {
  const first = new Map<string, Subject<string | undefined>>();
  for (const subject of subjects) {
    if (!subject.value) continue;
    const earlier = first.get(subject.value);
    if (earlier === undefined) {
      first.set(subject.value, subject);
      continue;
    }
    const message = `${what} ${JSON.stringify(subject.value)} is here twice; the first is on line ${earlier.line()}`;
    if (severity === 'error') subject.error('DUPLICATE', message, 'give each a value of its own');
    else subject.warning('DUPLICATE', message, 'the last one counts');
  }
}

/** Reports a union of which not exactly one member is set, such as the sources of a volume. */
export function checkOneSet<T extends object>(
  subject: Subject<T>,
  members: readonly (keyof T & string)[],
  what: string,
): void {
  const set = members.filter((member) => subject.value[member] !== undefined);
  if (set.length === 1) return;
  if (set.length === 0)
    subject.error('MISSING_FIELD', `${what} is missing`, `set one of ${members.join(', ')}`);
  else {
    const second = set[1];
    const extra = second === undefined ? subject : subject.at(second);
    extra.keyError('CONFLICT', `only one ${what} is allowed, not ${set.join(' and ')}`, 'remove all but one');
  }
}
