import { native, READABLE } from '../host/native.ts';
import { Readiness } from '../host/readiness.ts';

/** A pipe whose ends are closed at most once, both when it is disposed of. */
export interface Pipe extends Disposable {
  readonly reader: number;
  readonly writer: number;
  closeReader(): void;
  closeWriter(): void;
}

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
export async function readLine(descriptor: number): Promise<string> {
  native().setNonblocking(descriptor);
  using readiness = new Readiness(descriptor);
  const chunks: Buffer[] = [];
  for (;;) {
    await readiness.wait(READABLE);
    const chunk = Buffer.alloc(4096);
    const count = native().read(descriptor, chunk);
    if (count < 0) continue;
    chunks.push(chunk.subarray(0, count));
    if (count === 0 || chunk.subarray(0, count).includes('\n')) return Buffer.concat(chunks).toString('utf8');
  }
}
