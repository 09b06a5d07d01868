import { native, READABLE } from '../host/native.ts';

/** One end each, both closed when the pipe is disposed of. */
export interface Pipe extends Disposable {
  readonly reader: number;
  readonly writer: number;
  closeReader(): void;
  closeWriter(): void;
}

/** A pipe whose ends are closed at most once. */
export function openPipe(): Pipe {
  const [reader, writer] = native().pipe();
  const open = new Set([reader, writer]);
  const close = (descriptor: number) => {
    if (open.delete(descriptor)) native().close(descriptor);
  };
  return {
    reader,
    writer,
    closeReader: () => close(reader),
    closeWriter: () => close(writer),
    [Symbol.dispose]() {
      close(reader);
      close(writer);
    },
  };
}

/** Reads up to the first line end, or to the end of the pipe. */
export function readLine(descriptor: number): Promise<string> {
  native().setNonblocking(descriptor);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(4096);
  const watch = native().watch(descriptor, READABLE, () => {
    try {
      const count = native().read(descriptor, chunk);
      if (count < 0) return;
      chunks.push(Buffer.from(chunk.subarray(0, count)));
      if (count > 0 && !chunk.subarray(0, count).includes('\n')) return;
      native().watchStop(watch);
      resolve(Buffer.concat(chunks).toString('utf8'));
    } catch (error) {
      native().watchStop(watch);
      reject(error);
    }
  });
  return promise;
}
