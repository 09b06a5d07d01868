import { type RegistryCode, RegistryError } from '../errors/registry-error.ts';
import { printableText, printableUrl } from './printable.ts';

const tlsCode =
  /^(ERR_TLS_|ERR_SSL_|EPROTO|CERT_|.*CERT|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH_EXCEEDED)/;

/** Errors of a connection after which the same request may well succeed. */
const temporaryCodes = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED']);

/** Statuses after which the same request may well succeed. */
const temporaryStatuses = new Set([429, 500, 502, 503, 504]);

const codes: Readonly<Record<number, RegistryCode>> = {
  401: 'UNAUTHORIZED',
  403: 'DENIED',
  404: 'NOT_FOUND',
  429: 'RATE_LIMITED',
};

const hints: Partial<Readonly<Record<RegistryCode, string>>> = {
  UNAUTHORIZED: 'the image does not exist, or it is private: check its name',
  DENIED: 'the image is private, or the registry does not serve it to you',
  NOT_FOUND: 'check the name and the tag',
  RATE_LIMITED: 'wait, or pull through a mirror (registries.conf)',
  SERVER: 'the registry has a fault: try again later',
};

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ECONNRESET: 'it closed the connection (ECONNRESET)',
  EAI_AGAIN: 'its name cannot be looked up (EAI_AGAIN)',
  EHOSTUNREACH: 'there is no way to it (EHOSTUNREACH)',
  ENETUNREACH: 'there is no way to it (ENETUNREACH)',
  ENOTFOUND: 'there is no host of this name (ENOTFOUND)',
  ETIMEDOUT: 'it does not answer (ETIMEDOUT)',
};

/** OpenSSL wraps its reason in numbers and the names of its own source files. */
function tlsReason(message: string): string {
  const reason = /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(message)?.[1];
  return printableText(reason ?? message);
}

/** The error for a connection that could not be made or broke. */
export function connectionError(url: URL, cause: Error): RegistryError {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === 'EPROTO' && cause.message.includes('wrong version number')) {
    return new RegistryError({
      code: 'TLS',
      kind: 'external',
      message: `${url.host} does not speak TLS`,
      hint: 'if it serves plain HTTP, allow that with --tls-verify=false, or with insecure = true in registries.conf',
      cause,
    });
  }
  if (tlsCode.test(code)) {
    return new RegistryError({
      code: 'TLS',
      kind: 'external',
      message: `${url.host} cannot be trusted: ${tlsReason(cause.message)}`,
      hint: `put its CA into /etc/containers/certs.d/${url.host}/ca.crt, or allow it with --tls-verify=false`,
      cause,
    });
  }
  return new RegistryError({
    code: 'UNREACHABLE',
    kind: 'external',
    message: `${url.host} cannot be reached: ${connectionReasons[code] ?? (code || printableText(cause.message))}`,
    hint: 'check the network, and HTTPS_PROXY where a proxy is needed',
    cause,
  });
}

/** The error for an answer that is not the one wanted. `body` is what the registry wrote about it. */
export function statusError(
  url: URL,
  answer: { readonly status: number; readonly body: string; readonly hint?: string },
): RegistryError {
  const { status, body } = answer;
  const code = codes[status] ?? (status >= 500 ? 'SERVER' : 'PROTOCOL');
  const said = registryMessage(body);
  const hint = answer.hint ?? hints[code];
  return new RegistryError({
    code,
    kind: status >= 500 ? 'external' : 'user',
    message: `${printableUrl(url)} answered ${status}${said === '' ? '' : `: ${said}`}`,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The error for an answer that breaks the protocol. */
export function protocolError(url: URL, reason: string): RegistryError {
  return new RegistryError({ code: 'PROTOCOL', kind: 'external', message: `${printableUrl(url)} ${reason}` });
}

/** Whether it makes sense to send the same request again after this failure. */
export function isTemporary(error: unknown): boolean {
  const cause = error instanceof RegistryError ? error.cause : undefined;
  return temporaryCodes.has((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

/** Whether it makes sense to send the same request again after this status. */
export function isTemporaryStatus(status: number): boolean {
  return temporaryStatuses.has(status);
}

/** The message in an error document of the distribution specification. */
function registryMessage(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: readonly { code?: unknown; message?: unknown }[] };
    const first = errors?.[0];
    return printableText([first?.code, first?.message].filter((part) => typeof part === 'string').join(': '));
  } catch {
    // Proxies and gateways answer with pages of HTML; the status says enough.
    return '';
  }
}
