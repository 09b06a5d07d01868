/** File name of a document kept with an image: plain keys as they are, others as `=` and base64. */
export function bigDataName(key: string): string {
  return /^[a-z0-9.]*$/.test(key) ? key : `=${Buffer.from(key).toString('base64')}`;
}
