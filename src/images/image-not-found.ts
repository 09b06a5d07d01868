import { ImageError } from '../errors/image-error.ts';

/** The error for a name that no stored image has. */
export function imageNotFound(
  name: string,
  options: { readonly exitCode?: number; readonly hint?: string } = {},
): ImageError {
  return new ImageError({
    code: 'IMAGE_NOT_FOUND',
    message: `no image ${JSON.stringify(name.slice(0, 300))} is in the store`,
    hint: 'see what there is with pod images, or fetch it with pod pull',
    ...options,
  });
}
