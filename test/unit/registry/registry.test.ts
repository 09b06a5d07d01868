import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createConfig } from '../../../src/config/config.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { createRegistry } from '../../../src/registry/registry.ts';
import { parseReference } from '../../../src/values/reference.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const digestOf = (bytes: string | Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const layer = 'x'.repeat(300_000);
const descriptor = { mediaType: mediaTypes.ociLayer, digest: digestOf(layer), size: layer.length };
const manifest = JSON.stringify({
  schemaVersion: 2,
  mediaType: mediaTypes.ociManifest,
  config: { mediaType: mediaTypes.ociConfig, digest: digestOf('{}'), size: 2 },
  layers: [descriptor],
});
const platform = { os: 'linux', architecture: 'amd64' };

function answer(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': mediaTypes.ociManifest, ...headers });
  response.end(body);
}

function image(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.includes('/manifests/')) answer(response, manifest);
  else if (request.url?.includes('/blobs/'))
    answer(response, layer, { 'content-type': 'application/octet-stream' });
  else response.writeHead(200).end();
}

describe('registry', () => {
  const servers: Server[] = [];

  async function serve(handler: Handler): Promise<{ host: string; server: Server; requests: string[] }> {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
      handler(request, response);
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server, requests };
  }

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  function client(registries = '', env: Record<string, string> = {}) {
    const config = createConfig({
      files: { containers: [], registries: [{ path: 'registries.conf', text: registries }] },
      env,
      flags: {},
      uid: 0,
      cwd: '/',
      realpath: (path) => path,
    });
    return createRegistry({ config, retries: { delays: [1, 1], longest: 5 } });
  }

  const resolve = (name: string, registry = client()) =>
    registry.resolve({ reference: parseReference(name), platform, tlsVerify: false });

  async function read(stream: AsyncIterable<Uint8Array>): Promise<string> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  describe('finds images', () => {
    it('by tag, and streams their blobs', async () => {
      const { host } = await serve(image);
      const found = await resolve(`${host}/a/b:1`);
      assert.equal(found.digest, digestOf(manifest));
      assert.equal(Buffer.from(found.bytes).toString(), manifest);
      assert.equal(found.mediaType, mediaTypes.ociManifest);
      assert.equal(found.index, undefined);
      assert.equal(await read(await found.blob(descriptor)), layer);
    });

    it('by digest, with latest as the tag of those without', async () => {
      const { host, requests } = await serve(image);
      await resolve(`${host}/a@${digestOf(manifest)}`);
      await resolve(`${host}/a`);
      assert.ok(requests.some((line) => line.startsWith(`GET /v2/a/manifests/${digestOf(manifest)}`)));
      assert.ok(requests.some((line) => line.startsWith('GET /v2/a/manifests/latest')));
    });

    it('in an index, by platform', async () => {
      const index = JSON.stringify({
        schemaVersion: 2,
        mediaType: mediaTypes.ociIndex,
        manifests: [
          {
            mediaType: mediaTypes.ociManifest,
            digest: digestOf('other'),
            size: 5,
            platform: { os: 'linux', architecture: 's390x' },
          },
          { mediaType: mediaTypes.ociManifest, digest: digestOf(manifest), size: manifest.length, platform },
        ],
      });
      const { host } = await serve((request, response) => {
        if (request.url?.endsWith('/manifests/1'))
          answer(response, index, { 'content-type': mediaTypes.ociIndex });
        else image(request, response);
      });
      const found = await resolve(`${host}/a:1`);
      assert.equal(found.digest, digestOf(manifest));
      assert.equal(found.index?.digest, digestOf(index));
    });

    it('on servers that know no media types', async () => {
      const { host } = await serve((_, response) =>
        answer(response, manifest, { 'content-type': 'application/json' }),
      );
      assert.equal((await resolve(`${host}/a`)).mediaType, mediaTypes.ociManifest);
    });

    it('on mirrors first, and falls back to the registry', async () => {
      const bad = await serve((_, response) => response.writeHead(404).end());
      const good = await serve(image);
      const rules = (mirror: string) =>
        `[[registry]]\nlocation = "${good.host}"\ninsecure = true\n[[registry.mirror]]\nlocation = "${mirror}/cache"\ninsecure = true`;
      await client(rules(bad.host)).resolve({ reference: parseReference(`${good.host}/a:1`), platform });
      assert.ok(bad.requests.some((line) => line.includes('/v2/cache/a/manifests/1')));
      const other = await serve(image);
      good.requests.length = 0;
      await client(rules(other.host)).resolve({ reference: parseReference(`${good.host}/a:1`), platform });
      assert.deepEqual(good.requests, []);
    });
  });

  describe('authorizes', () => {
    const withToken = async (options: { readonly expireFirst?: boolean } = {}) => {
      let tokens = 0;
      const auth = await serve((_, response) => {
        tokens += 1;
        response.end(JSON.stringify({ token: `secret${tokens}` }));
      });
      const registry = await serve((request, response) => {
        const wanted =
          options.expireFirst && request.url?.includes('/blobs/') ? 'Bearer secret2' : 'Bearer secret';
        if (request.url === '/v2/' || request.headers.authorization?.startsWith(wanted))
          return image(request, response);
        const realm = `Bearer realm="http://${auth.host}/token?a=b",service="here",scope="repository:a:pull"`;
        response.writeHead(401, { 'www-authenticate': realm }).end();
      });
      return { auth, registry };
    };

    it('with an anonymous token, asked for once', async () => {
      const { auth, registry } = await withToken();
      const found = await resolve(`${registry.host}/a:1`);
      assert.equal(await read(await found.blob(descriptor)), layer);
      assert.deepEqual(auth.requests, ['GET /token?a=b&service=here&scope=repository%3Aa%3Apull -']);
    });

    it('with a new token when the old one has run out', async () => {
      const { auth, registry } = await withToken({ expireFirst: true });
      const found = await resolve(`${registry.host}/a:1`);
      assert.equal(await read(await found.blob(descriptor)), layer);
      assert.equal(auth.requests.length, 2);
    });

    it('without sending the token to another host', async () => {
      const storage = await serve(image);
      const { host } = await serve((request, response) => {
        if (
          request.headers.authorization === undefined &&
          request.url !== '/v2/' &&
          !request.url?.startsWith('/token')
        ) {
          response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
        } else if (request.url?.startsWith('/token')) response.end('{"access_token":"secret"}');
        else if (request.url?.includes('/blobs/')) {
          response.writeHead(307, { location: `http://${storage.host}/blobs/x?signature=hidden` }).end();
        } else image(request, response);
      });
      const found = await resolve(`${host}/a:1`);
      assert.equal(await read(await found.blob(descriptor)), layer);
      assert.deepEqual(storage.requests, ['GET /blobs/x?signature=hidden -']);
    });

    it('or says that it cannot, in words that hold no secret', async () => {
      const cases: readonly (readonly [header: string, code: string])[] = [
        ['Basic realm="x"', 'UNAUTHORIZED'],
        ['Bearer realm="file:///etc/passwd"', 'PROTOCOL'],
        ['Bearer service="x"', 'PROTOCOL'],
        ['Bearer realm="http://HOST/token?secret=1"', 'UNAUTHORIZED'],
      ];
      for (const [header, code] of cases) {
        const { host } = await serve((request, response) => {
          if (request.url?.startsWith('/token')) response.end('{"token":"secret"}');
          else response.writeHead(401, { 'www-authenticate': header.replace('HOST', host) }).end('{}');
        });
        await assert.rejects(resolve(`${host}/a`), (error: Error & { code: string }) => {
          assert.equal(error.name, 'RegistryError');
          assert.equal(error.code, code, header);
          assert.ok(!/secret/.test(error.message));
          return true;
        });
      }
    });
  });

  describe('tries again', () => {
    for (const status of [429, 500, 502, 503, 504]) {
      it(`after ${status}`, async () => {
        let failures = 2;
        const { host } = await serve((request, response) => {
          if (request.url?.includes('/manifests/') && failures-- > 0)
            response.writeHead(status, { 'retry-after': '0' }).end();
          else image(request, response);
        });
        assert.equal((await resolve(`${host}/a`)).digest, digestOf(manifest));
      });
    }

    it('after a connection that broke', async () => {
      let failures = 2;
      const { host } = await serve((request, response) => {
        if (request.url?.includes('/manifests/') && failures-- > 0) request.socket.resetAndDestroy();
        else image(request, response);
      });
      assert.equal((await resolve(`${host}/a`)).digest, digestOf(manifest));
    });

    const final: readonly (readonly [status: number, code: string, tries: number])[] = [
      [404, 'NOT_FOUND', 1],
      [403, 'DENIED', 1],
      [401, 'UNAUTHORIZED', 1],
      [418, 'PROTOCOL', 1],
      [429, 'RATE_LIMITED', 3],
      [503, 'SERVER', 3],
    ];
    for (const [status, code, tries] of final) {
      it(`${tries - 1} times after ${status}, then fails with ${code}`, async () => {
        const body = '{"errors":[{"code":"X","message":"why\\u001b[31m not"}]}';
        const { host, requests } = await serve((_, response) => response.writeHead(status).end(body));
        await assert.rejects(resolve(`${host}/a`), (error: Error & { code: string }) => {
          assert.equal(error.code, code);
          assert.ok(error.message.includes('why') && !error.message.includes('\u001b'), error.message);
          return true;
        });
        assert.equal(requests.filter((line) => line.includes('/manifests/')).length, tries);
      });
    }
  });

  describe('refuses', () => {
    it('blobs that are not what the manifest says', async () => {
      const cases: readonly Handler[] = [
        (_, response) => answer(response, `${layer.slice(1)}y`),
        (_, response) => answer(response, `${layer}x`),
        (_, response) => answer(response, layer.slice(1)),
        (_, response) => answer(response, ''),
      ];
      for (const blobs of cases) {
        const { host } = await serve((request, response) =>
          (request.url?.includes('/blobs/') ? blobs : image)(request, response),
        );
        const found = await resolve(`${host}/a`);
        await assert.rejects(read(await found.blob(descriptor)), {
          name: 'ImageError',
          code: 'DIGEST_MISMATCH',
        });
      }
    });

    it('a blob whose connection breaks', async () => {
      const { host } = await serve((request, response) => {
        if (!request.url?.includes('/blobs/')) return image(request, response);
        response.writeHead(200, { 'content-length': String(layer.length) });
        response.write(layer.slice(0, 100_000), () => request.socket.destroy());
      });
      const found = await resolve(`${host}/a`);
      await assert.rejects(read(await found.blob(descriptor)), {
        name: 'RegistryError',
        code: 'UNREACHABLE',
      });
    });

    it('manifests of another digest, too large ones, and others that break the rules', async () => {
      const other = digestOf('other');
      const cases: readonly (readonly [suffix: string, body: string, code: string])[] = [
        [`@${other}`, manifest, 'DIGEST_MISMATCH'],
        [':1', ' '.repeat(5 << 20), 'TOO_LARGE'],
        [':1', '<html>', 'MANIFEST_INVALID'],
        [':1', '{"schemaVersion":1}', 'MANIFEST_INVALID'],
      ];
      for (const [suffix, body, code] of cases) {
        const { host } = await serve((_, response) => answer(response, body));
        await assert.rejects(resolve(`${host}/a${suffix}`), { name: 'ImageError', code });
      }
    });

    it('redirects in a circle and to other protocols', async () => {
      for (const location of ['/v2/a/manifests/latest', 'file:///etc/passwd', 'http://[bad']) {
        const { host } = await serve((_, response) => response.writeHead(302, { location }).end());
        await assert.rejects(resolve(`${host}/a`), { name: 'RegistryError', code: 'PROTOCOL' });
      }
    });

    it('plain HTTP of a registry that is not marked insecure', async () => {
      const { host } = await serve(image);
      const request = { reference: parseReference(`${host}/a`), platform };
      await assert.rejects(client().resolve(request), { name: 'RegistryError', code: 'TLS' });
    });

    it('what registries.conf blocks', async () => {
      const registry = client('[[registry]]\nlocation = "bad.example"\nblocked = true');
      const request = { reference: parseReference('bad.example/a'), platform };
      await assert.rejects(registry.resolve(request), { name: 'RegistryError', code: 'DENIED' });
    });

    it('a host that is not there', async () => {
      const { host, server } = await serve(image);
      server.close();
      await assert.rejects(resolve(`${host}/a`), { name: 'RegistryError', code: 'UNREACHABLE' });
    });
  });

  describe('stops', () => {
    it('when it is told to, before and while a blob streams', async () => {
      const { host } = await serve((request, response) => {
        if (request.url?.includes('/blobs/')) response.writeHead(200).write('x');
        else image(request, response);
      });
      const found = await resolve(`${host}/a`);
      const stop = new AbortController();
      const stream = await found.blob(descriptor, { signal: stop.signal });
      setImmediate(() => stop.abort(new Error('enough')));
      await assert.rejects(read(stream), { message: 'enough' });
      const request = {
        reference: parseReference(`${host}/a`),
        platform,
        tlsVerify: false,
        signal: stop.signal,
      };
      await assert.rejects(client().resolve(request), { message: 'enough' });
    });
  });

  describe('goes through a proxy', () => {
    it('by CONNECT for HTTPS and by whole URLs for HTTP, with the credentials of its URL', async () => {
      const origin = await serve(image);
      const seen: string[] = [];
      const proxy = await serve((request, response) => {
        seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`);
        const { pathname } = new URL(request.url ?? '');
        request.url = pathname;
        image(request, response);
      });
      proxy.server.on('connect', (request, socket) => {
        seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization']}`);
        const target = connect(Number(origin.host.split(':')[1]), '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          socket.pipe(target).pipe(socket);
        });
        for (const end of [target, socket]) end.on('error', () => target.destroy());
      });
      const url = `http://user:p%40ss@${proxy.host}`;
      const credentials = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
      const registry = client('', { HTTPS_PROXY: url, HTTP_PROXY: url });
      const found = await resolve('registry.example:5000/a:1', registry);
      assert.equal(found.digest, digestOf(manifest));
      assert.ok(seen.includes(`CONNECT registry.example:5000 ${credentials}`), seen.join('\n'));
      assert.ok(
        seen.includes(`GET http://registry.example:5000/v2/a/manifests/1 ${credentials}`),
        seen.join('\n'),
      );
    });

    it('and says so when that refuses', async () => {
      const proxy = await serve((_, response) => response.writeHead(407).end());
      proxy.server.on('connect', (_, socket) => socket.end('HTTP/1.1 407 No\r\n\r\n'));
      const registry = client('', { HTTPS_PROXY: `http://u:secret@${proxy.host}` });
      const request = { reference: parseReference('registry.example/a'), platform };
      await assert.rejects(registry.resolve(request), (error: Error & { code: string }) => {
        assert.equal(error.code, 'UNREACHABLE');
        assert.ok(!error.message.includes('secret'));
        return true;
      });
    });
  });
});
