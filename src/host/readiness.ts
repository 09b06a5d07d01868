import { SystemError } from '../errors/system-error.ts';
import { native, type READABLE, type Watch, type WRITABLE } from './native.ts';

type Event = typeof READABLE | typeof WRITABLE;

interface Waiter {
  readonly event: Event;
  readonly settle: () => void;
  readonly fail: (reason: unknown) => void;
}

/**
 * Waits on the event loop for a descriptor to become readable or writable. Only a pending wait keeps the process
 * alive. The descriptor stays the caller's: dispose of this first, then close it.
 */
export class Readiness implements Disposable {
  readonly #watch: Watch;
  #waiters: Waiter[] = [];
  #closed = false;

  constructor(descriptor: number) {
    this.#watch = native().watch(descriptor, (events) => this.#wake(events));
  }

  /** Rejects with the signal's reason when it aborts, and with SystemError ECANCELED on disposal. */
  wait(event: Event, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closed) return Promise.reject(canceled());
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#remove(waiter);
        reject(signal?.reason);
      };
      const done = () => signal?.removeEventListener('abort', abort);
      const waiter: Waiter = {
        event,
        settle: () => {
          done();
          resolve();
        },
        fail: (reason) => {
          done();
          reject(reason);
        },
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.push(waiter);
      this.#look();
    });
  }

  /** Whether a pending wait keeps the process alive. */
  keepAlive(keep: boolean): void {
    if (!this.#closed) native().watchReference(this.#watch, keep);
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    native().watchStop(this.#watch);
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.fail(canceled());
  }

  #wake(events: number): void {
    const ready = this.#waiters.filter((waiter) => (waiter.event & events) !== 0);
    this.#waiters = this.#waiters.filter((waiter) => (waiter.event & events) === 0);
    this.#look();
    for (const waiter of ready) waiter.settle();
  }

  #remove(waiter: Waiter): void {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    this.#look();
  }

  #look(): void {
    if (this.#closed) return;
    native().watchEvents(
      this.#watch,
      this.#waiters.reduce((events, waiter) => events | waiter.event, 0),
    );
  }
}

function canceled(): SystemError {
  return new SystemError({ errno: 'ECANCELED', syscall: 'epoll_wait' });
}
