import type { Config } from '../config/config.ts';
import { UsageError } from '../errors/usage-error.ts';
import { readBody } from './body.ts';
import { statusError } from './failure.ts';
import { followRedirects } from './redirect.ts';
import { retrying, usualRetries } from './retry.ts';
import { createTransport } from './transport.ts';
import { createTrust } from './trust.ts';

/** No manifest that a person writes is larger. */
const LIMIT = 64 * 1024 * 1024;

/** The text behind an http or https URL, through the same proxies and with the same trust as images. Throws RegistryError, UsageError BAD_ARGUMENT. */
export async function download(
  url: string,
  config: Pick<Config, 'proxies' | 'certificates'>,
): Promise<string> {
  const transport = createTransport({ proxies: config.proxies, trust: createTrust(config.certificates) });
  const request = { url: parse(url), headers: {}, insecure: false, keepHeaders: true };
  const received = await followRedirects(retrying(transport, usualRetries), request);
  const body = Buffer.from(await readBody(received, LIMIT)).toString('utf8');
  const { statusCode: status } = received.response;
  if (status !== 200) throw statusError(received.url, { status, body: '', hint: 'check the address' });
  return body;
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url !== null) return url;
  throw new UsageError({ code: 'BAD_ARGUMENT', message: `${JSON.stringify(text)} is not a URL` });
}
