import { ImageError } from '../errors/image-error.ts';

/** Says in an ImageError of the work which file it is about. Standard input has no name. */
export async function naming<T>(source: string | NodeJS.ReadableStream, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ImageError) || typeof source !== 'string' || error.message.includes(source))
      throw error;
    const { code, kind, hint, cause } = error;
    const message = `${source}: ${error.message}`;
    throw new ImageError({ code, message, kind, ...(hint === undefined ? {} : { hint }), cause });
  }
}
