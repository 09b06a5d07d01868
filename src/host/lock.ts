import { strict as assert } from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { StateError } from '../errors/state-error.ts';
import { systemError } from './files.ts';
import { LOCK_TYPE, native } from './native.ts';

/** `rank` is the lock's place in the order of all locks, lowest first; locks of one rank are taken by path. */
export interface LockRequest {
  /** The lock file; it is made if missing, its folder is not. */
  readonly path: string;
  readonly mode: 'shared' | 'exclusive';
  readonly rank: number;
  /** Permissions of a new lock file; 0600 unless given. */
  readonly permissions?: number;
}

export interface WaitOptions {
  /** Milliseconds until StateError LOCK_TIMEOUT; without it the wait is as long as it takes. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * A record lock (OFD) on a whole file: it excludes other open files, in this process, its worker threads and all
 * other processes, POSIX record locks included. The kernel frees it when this process dies.
 */
export interface Lock extends Disposable, AsyncDisposable {
  readonly path: string;
  readonly mode: 'shared' | 'exclusive';
  /** The open lock file, for those who keep a stamp in it. Closed by release. */
  readonly descriptor: number;
  /** May be repeated. */
  release(): void;
}

/** Milliseconds between attempts while another process holds the lock: short at first, since most are held briefly. */
const RETRY = { first: 1, factor: 1.6, most: 20 };

/**
 * Milliseconds. Within a process the lock goes from hand to hand, and others never find it free. So after a turn of
 * this length it rests for longer than others wait between attempts.
 */
const TURN = { length: 250, rest: 25 };

interface Waiter {
  readonly request: LockRequest;
  readonly settle: (lock: Lock) => void;
  readonly fail: (reason: unknown) => void;
}

/** Who in this thread holds or waits for one path. First come, first served; neighbouring readers go together. */
interface Queue {
  readonly waiting: Waiter[];
  holders: number;
  exclusive: boolean;
  /** When this thread's turn began. */
  turn: number | undefined;
  resting: boolean;
  timer: NodeJS.Timeout | undefined;
  delay: number;
}

const queues = new Map<string, Queue>();

/** A lock in the way of the order; `open` turns false when it is released, however long its body's offspring lives. */
interface Held {
  readonly rank: number;
  readonly path: string;
  open: boolean;
}

const held = new AsyncLocalStorage<readonly Held[]>();

/** Builds for users define NODE_ENV as production and leave the assertion out. */
const asserting = process.env['NODE_ENV'] !== 'production';

/**
 * Holds the lock while `body` runs. Rejects with the signal's reason, with StateError LOCK_TIMEOUT, or with what
 * `body` throws. Outside production builds, taking a lock against the order of ranks is an AssertionError.
 */
export async function withLock<T>(
  request: LockRequest & WaitOptions,
  body: (lock: Lock) => T | Promise<T>,
): Promise<T> {
  await using lock = await acquire(request);
  if (!asserting) return await body(lock);
  const entry = { rank: request.rank, path: lock.path, open: true };
  try {
    return await held.run([...(held.getStore() ?? []), entry], () => body(lock));
  } finally {
    entry.open = false;
  }
}

/** Waits for the lock. For locks that outlive a function; `withLock` is for all others. */
export async function acquire(request: LockRequest & WaitOptions): Promise<Lock> {
  const path = resolve(request.path);
  assertOrder({ rank: request.rank, path });
  request.signal?.throwIfAborted();
  const queue = queueOf(path);
  return await new Promise<Lock>((fulfil, reject) => {
    const { signal, timeout } = request;
    const leave = (reason: unknown) => {
      done();
      const index = queue.waiting.indexOf(waiter);
      if (index >= 0) queue.waiting.splice(index, 1);
      advance(path, queue);
      reject(reason);
    };
    const onAbort = () => leave(signal?.reason);
    const timer =
      timeout === undefined ? undefined : setTimeout(() => leave(timedOut(path, timeout)), timeout);
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const waiter: Waiter = {
      request: { ...request, path },
      settle: (lock) => {
        done();
        fulfil(lock);
      },
      fail: (reason) => {
        done();
        reject(reason);
      },
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    queue.waiting.push(waiter);
    advance(path, queue);
  });
}

/** The lock if it is free and nobody here waits for it; undefined otherwise. */
export function tryAcquire(request: LockRequest): Lock | undefined {
  const path = resolve(request.path);
  assertOrder({ rank: request.rank, path });
  const queue = queueOf(path);
  try {
    if (queue.waiting.length > 0 || !admits(queue, request)) return undefined;
    return attempt(queue, { ...request, path });
  } finally {
    forgetIfIdle(path, queue);
  }
}

function queueOf(path: string): Queue {
  const existing = queues.get(path);
  if (existing !== undefined) return existing;
  const queue: Queue = {
    waiting: [],
    holders: 0,
    exclusive: false,
    turn: undefined,
    resting: false,
    timer: undefined,
    delay: RETRY.first,
  };
  queues.set(path, queue);
  return queue;
}

function forgetIfIdle(path: string, queue: Queue): void {
  if (queue.waiting.length === 0 && queue.holders === 0) queues.delete(path);
}

function admits(queue: Queue, request: LockRequest): boolean {
  return queue.holders === 0 || (!queue.exclusive && request.mode === 'shared');
}

/** Serves the head of the queue as far as it goes. Called whenever something may have changed. */
function advance(path: string, queue: Queue): void {
  if (queue.resting) return;
  clearTimeout(queue.timer);
  queue.timer = undefined;
  for (
    let head = queue.waiting[0];
    head !== undefined && admits(queue, head.request);
    head = queue.waiting[0]
  ) {
    try {
      const lock = attempt(queue, head.request);
      if (lock === undefined) {
        retryLater(path, queue);
        return;
      }
      queue.waiting.shift();
      queue.delay = RETRY.first;
      head.settle(lock);
    } catch (error) {
      queue.waiting.shift();
      head.fail(error);
    }
  }
  forgetIfIdle(path, queue);
}

function retryLater(path: string, queue: Queue): void {
  queue.timer = setTimeout(() => advance(path, queue), queue.delay);
  queue.delay = Math.min(queue.delay * RETRY.factor, RETRY.most);
}

/** One attempt on a descriptor of its own. Undefined where another process or thread holds the lock. */
function attempt(queue: Queue, request: LockRequest): Lock | undefined {
  const type = request.mode === 'shared' ? LOCK_TYPE.read : LOCK_TYPE.write;
  for (;;) {
    const descriptor = open(request);
    let taken = false;
    try {
      taken = native().lock(descriptor, type, true) && isAt(request.path, descriptor);
      if (taken) return hold(queue, request, descriptor);
      // Whoever removed the file while we opened it has left us one that nobody else can find.
      if (isAt(request.path, descriptor)) return undefined;
    } finally {
      if (!taken) closeSync(descriptor);
    }
  }
}

function rest(path: string, queue: Queue): void {
  queue.turn = undefined;
  queue.resting = true;
  setTimeout(() => {
    queue.resting = false;
    advance(path, queue);
  }, TURN.rest);
}

function hold(queue: Queue, { path, mode }: LockRequest, descriptor: number): Lock {
  queue.turn ??= performance.now();
  queue.holders += 1;
  queue.exclusive = mode === 'exclusive';
  let released = false;
  const release = () => {
    if (released) return;
    released = true;
    // Closing alone would leave the lock to a child that was forked and has not yet called exec.
    native().lock(descriptor, LOCK_TYPE.unlock, true);
    closeSync(descriptor);
    queue.holders -= 1;
    if (queue.holders === 0) queue.exclusive = false;
    const tired = queue.turn !== undefined && performance.now() - queue.turn > TURN.length;
    if (tired && queue.holders === 0 && queue.waiting.length > 0) rest(path, queue);
    else advance(path, queue);
  };
  return {
    path,
    mode,
    descriptor,
    release,
    [Symbol.dispose]: release,
    [Symbol.asyncDispose]: async () => release(),
  };
}

function open({ path, mode, permissions }: LockRequest): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, permissions ?? 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A reader of a read-only store can lock what is there.
    if (mode === 'shared' && (code === 'EROFS' || code === 'EACCES'))
      return openSync(path, constants.O_RDONLY);
    throw systemError(error);
  }
}

function isAt(path: string, descriptor: number): boolean {
  const ours = fstatSync(descriptor, { bigint: true });
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  return there !== undefined && there.ino === ours.ino && there.dev === ours.dev;
}

function timedOut(path: string, timeout: number): StateError {
  return new StateError({
    code: 'LOCK_TIMEOUT',
    kind: 'external',
    message: `${path} was held by another for ${timeout} ms`,
    hint: holderHint(path),
  });
}

function holderHint(path: string): string {
  const general = 'see who holds it with: lslocks';
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return general;
  const descriptor = openSync(path, constants.O_RDWR);
  try {
    const pid = native().lockInTheWay(descriptor, LOCK_TYPE.write, true)?.[1] ?? -1;
    return pid > 0 ? `process ${pid} holds it` : general;
  } finally {
    closeSync(descriptor);
  }
}

function assertOrder(wanted: Pick<Held, 'rank' | 'path'>): void {
  if (!asserting) return;
  for (const other of held.getStore() ?? []) {
    if (!other.open) continue;
    const inOrder = other.rank < wanted.rank || (other.rank === wanted.rank && other.path < wanted.path);
    assert(
      inOrder,
      `lock ${wanted.path} (rank ${wanted.rank}) is taken after ${other.path} (rank ${other.rank})`,
    );
  }
}
