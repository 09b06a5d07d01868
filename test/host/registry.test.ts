import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createConfig } from '../../src/config/config.ts';
import { parseImageConfig } from '../../src/oci/image-config.ts';
import { createRegistry } from '../../src/registry/registry.ts';
import { parseReference } from '../../src/values/reference.ts';

const platform = { os: 'linux', architecture: 'amd64' };

/** An oci-layout with one image of one layer, made from nothing but files. */
function makeImage(folder: string): void {
  const tar = join(folder, 'rootfs.tar');
  mkdirSync(join(folder, 'rootfs'));
  writeFileSync(join(folder, 'rootfs/hello'), 'hello\n');
  execFileSync('tar', ['-C', join(folder, 'rootfs'), '-cf', tar, '.']);
  const sum = (file: string) => execFileSync('sha256sum', [file], { encoding: 'utf8' }).split(' ')[0] ?? '';
  const blobs = join(folder, 'image/blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const add = (name: string, data: string | Uint8Array, mediaType: string) => {
    const file = join(folder, name);
    writeFileSync(file, data);
    const hex = sum(file);
    writeFileSync(join(blobs, hex), data);
    return { mediaType, digest: `sha256:${hex}`, size: data.length };
  };
  const type = (name: string) => `application/vnd.oci.image.${name}`;
  const layer = add('layer', readFileSync(tar), type('layer.v1.tar'));
  const rootfs = { type: 'layers', diff_ids: [layer.digest] };
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: { Cmd: ['/hello'] }, rootfs });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type('manifest.v1+json'),
    config: add('config', config, type('config.v1+json')),
    layers: [layer],
  });
  const manifests = [add('manifest', manifest, type('manifest.v1+json'))];
  writeFileSync(join(folder, 'image/index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(folder, 'image/oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

/** A CA and a certificate of it for 127.0.0.1. */
function makeCertificates(folder: string): void {
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=test CA',
    '-days',
    '2',
  );
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(join(folder, 'san'), 'subjectAltName=IP:127.0.0.1');
  openssl(
    ...'x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile san -out server.crt'.split(
      ' ',
    ),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(20)) {
    const socket = connect(port, '127.0.0.1');
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (connected) return;
  }
  assert.fail('docker-registry does not listen');
}

describe('registry: a real one', () => {
  let folder: string;
  const processes: ChildProcess[] = [];
  let plain: string;
  let secure: string;

  async function start(name: string, tls: string): Promise<string> {
    const port = await freePort();
    const file = join(folder, `${name}.yml`);
    writeFileSync(
      file,
      `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/${name}}}\nhttp: {addr: '127.0.0.1:${port}'${tls}}\n`,
    );
    processes.push(spawn('docker-registry', ['serve', file], { stdio: 'ignore' }));
    await untilListening(port);
    return `127.0.0.1:${port}`;
  }

  const push = (target: string, ...flags: readonly string[]) =>
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--insecure-policy',
      '--dest-tls-verify=false',
      ...flags,
      `oci:${folder}/image`,
      `docker://${target}`,
    ]);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pod-registry-'));
    makeImage(folder);
    makeCertificates(folder);
    plain = await start('plain', '');
    secure = await start('secure', `, tls: {certificate: ${folder}/server.crt, key: ${folder}/server.key}`);
    push(`${plain}/team/app:oci`);
    push(`${plain}/team/app:docker`, '--format', 'v2s2');
    push(`${secure}/team/app:1`);
  });

  after(async () => {
    for (const child of processes) {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    }
    rmSync(folder, { recursive: true });
  });

  const configOf = (env: Record<string, string>, registries: string) =>
    createConfig({
      files: { containers: [], registries: [{ path: 'registries.conf', text: registries }] },
      env,
      flags: {},
      uid: 0,
      cwd: '/',
      realpath: (path) => path,
    });
  const client = (env: Record<string, string> = {}, registries = '') =>
    createRegistry({ config: configOf(env, registries) });

  async function read(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async function pull(name: string, registry = client(), tlsVerify?: boolean): Promise<void> {
    const image = await registry.resolve({
      reference: parseReference(name),
      platform,
      ...(tlsVerify === undefined ? {} : { tlsVerify }),
    });
    const config = parseImageConfig(await read(await image.blob(image.manifest.config)));
    assert.deepEqual(config.config?.Cmd, ['/hello']);
    for (const layer of image.manifest.layers) await read(await image.blob(layer));
  }

  it('serves OCI and Docker schema 2 over plain HTTP where it is allowed', async () => {
    await pull(`${plain}/team/app:oci`, client(), false);
    await pull(
      `${plain}/team/app:docker`,
      client({}, `[[registry]]\nlocation = "${plain}"\ninsecure = true`),
    );
  });

  it('agrees with skopeo about digests', async () => {
    const inspected = execFileSync('skopeo', [
      'inspect',
      '--tls-verify=false',
      `docker://${plain}/team/app:oci`,
    ]);
    const { Digest } = JSON.parse(inspected.toString()) as { Digest: string };
    const image = await client().resolve({
      reference: parseReference(`${plain}/team/app:oci`),
      platform,
      tlsVerify: false,
    });
    assert.equal(image.digest, Digest);
    await pull(`${plain}/team/app@${Digest}`, client(), false);
  });

  it('serves TLS to those who trust its CA, and to nobody else', async () => {
    await assert.rejects(pull(`${secure}/team/app:1`), { name: 'RegistryError', code: 'TLS' });
    await pull(`${secure}/team/app:1`, client({ SSL_CERT_FILE: `${folder}/ca.crt` }));
    mkdirSync(join(folder, 'cas'));
    writeFileSync(join(folder, 'cas/own.pem'), readFileSync(join(folder, 'ca.crt')));
    await pull(`${secure}/team/app:1`, client({ SSL_CERT_DIR: `${folder}/cas` }));
    await pull(`${secure}/team/app:1`, client(), false);
  });

  it('is trusted by what lies in certs.d for it, and only it', async () => {
    const trusting = (host: string) => {
      const certificates = { registryDirs: [join(folder, 'none'), join(folder, `certs-${host}`)] };
      mkdirSync(join(folder, `certs-${host}`, host), { recursive: true });
      writeFileSync(join(folder, `certs-${host}`, host, 'ca.crt'), readFileSync(join(folder, 'ca.crt')));
      return createRegistry({ config: { ...configOf({}, ''), certificates } });
    };
    await pull(`${secure}/team/app:1`, trusting(secure));
    await assert.rejects(pull(`${secure}/team/app:1`, trusting('127.0.0.1:1')), { code: 'TLS' });
  });

  it('says that an image is not there', async () => {
    await assert.rejects(pull(`${plain}/team/none:1`, client(), false), {
      name: 'RegistryError',
      code: 'NOT_FOUND',
    });
    await assert.rejects(pull(`${plain}/team/app:none`, client(), false), {
      name: 'RegistryError',
      code: 'NOT_FOUND',
    });
  });
});
