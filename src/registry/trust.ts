import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Config } from '../config/config.ts';
import { RegistryError } from '../errors/registry-error.ts';

/** The system's CA bundles by distribution: Debian and Arch, Fedora, SUSE, older Red Hat, Alpine. The first there is counts. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** Which certificates are trusted, and which shown, per registry. */
export interface Trust {
  /** `host` is `name[:port]` as in an image's name. Throws RegistryError TLS for a file that cannot be used. */
  contextFor(host: string): Promise<SecureContext>;
}

/** Trusts the system's CAs (SSL_CERT_FILE and SSL_CERT_DIR instead, where set) and, per registry, what lies in certs.d. */
export function createTrust(certificates: Config['certificates']): Trust {
  let system: Promise<readonly string[]> | undefined;
  const contexts = new Map<string, Promise<SecureContext>>();
  const make = async (host: string) => {
    system ??= systemAuthorities(certificates);
    const [authorities, own] = await Promise.all([system, registryFiles(certificates.registryDirs, host)]);
    try {
      return createSecureContext({
        ca: [...authorities, ...own.authorities],
        cert: [...own.certificates],
        key: [...own.keys],
      });
    } catch (cause) {
      throw unusable(`the certificates for ${host} cannot be used`, cause);
    }
  };
  return {
    contextFor: (host) => {
      const known = contexts.get(host) ?? make(host);
      contexts.set(host, known);
      return known;
    },
  };
}

async function systemAuthorities({ file, dirs }: Config['certificates']): Promise<readonly string[]> {
  const fromDirs = (await Promise.all((dirs ?? []).map(certificatesIn))).flat();
  if (file !== undefined) return [await read(file), ...fromDirs];
  for (const bundle of bundles) {
    const text = await readIfPresent(bundle);
    if (text !== undefined) return [text, ...fromDirs];
  }
  return fromDirs.length > 0 ? fromDirs : rootCertificates;
}

interface RegistryFiles {
  readonly authorities: readonly string[];
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

/** containers-certs.d(5): `*.crt` are CAs, `*.cert` with a `*.key` of the same name is what we show. The first folder there is counts. */
async function registryFiles(folders: readonly string[], host: string): Promise<RegistryFiles> {
  for (const folder of folders.map((parent) => join(parent, host))) {
    const names = await listIfPresent(folder);
    if (names === undefined) continue;
    const all = (ending: string) =>
      Promise.all(names.filter((name) => name.endsWith(ending)).map((name) => read(join(folder, name))));
    const [authorities, certificates, keys] = await Promise.all([all('.crt'), all('.cert'), all('.key')]);
    return { authorities: authorities ?? [], certificates: certificates ?? [], keys: keys ?? [] };
  }
  return { authorities: [], certificates: [], keys: [] };
}

async function certificatesIn(folder: string): Promise<readonly string[]> {
  const names = (await listIfPresent(folder)) ?? [];
  const texts = await Promise.all(
    names.filter((name) => /\.(pem|crt|cer)$/.test(name)).map((name) => readIfPresent(join(folder, name))),
  );
  return texts.filter((text) => text !== undefined);
}

async function listIfPresent(folder: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(`${folder} cannot be read`, error);
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw unusable(`${path} cannot be read`, error);
  }
}

async function read(path: string): Promise<string> {
  const text = await readIfPresent(path);
  if (text === undefined) throw unusable(`${path} is not there`);
  return text;
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function unusable(message: string, cause?: unknown): RegistryError {
  return new RegistryError({ code: 'TLS', message, cause });
}
