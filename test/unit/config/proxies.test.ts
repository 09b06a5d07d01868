import assert from 'node:assert/strict';
import { proxyFor, readProxies } from '../../../src/config/proxies.ts';

describe('config/proxies', () => {
  const proxies = readProxies({
    HTTP_PROXY: 'http://web:3128',
    https_proxy: 'tls:3129',
    NO_PROXY: 'example.com, .internal,*.wild.net,10.0.0.0/8,192.168.1.5,host.io:8443,fd00::/8',
  });
  const cases: readonly (readonly [url: string, proxy: string | undefined])[] = [
    ['http://a.io', 'http://web:3128'],
    ['https://a.io', 'http://tls:3129'],
    ['https://example.com', undefined],
    ['https://sub.example.com', undefined],
    ['https://notexample.com', 'http://tls:3129'],
    ['https://x.internal', undefined],
    ['https://internal', 'http://tls:3129'],
    ['https://a.wild.net', undefined],
    ['https://wild.net', 'http://tls:3129'],
    ['https://10.1.2.3', undefined],
    ['https://11.1.2.3', 'http://tls:3129'],
    ['https://192.168.1.5:5000', undefined],
    ['https://host.io:8443', undefined],
    ['https://host.io', 'http://tls:3129'],
    ['https://[fd00::1]', undefined],
    ['https://[fe80::1]', 'http://tls:3129'],
    ['http://localhost:5000', undefined],
    ['http://127.0.0.1:5000', undefined],
    ['http://[::1]:5000', undefined],
  ];
  for (const [url, proxy] of cases) {
    it(url, () => assert.equal(proxyFor(new URL(url), proxies), proxy));
  }

  it('does nothing where nothing is set, and * switches it off', () => {
    assert.equal(proxyFor(new URL('https://a.io'), readProxies({ HTTPS_PROXY: '' })), undefined);
    assert.equal(
      proxyFor(new URL('https://a.io'), readProxies({ HTTPS_PROXY: 'x', NO_PROXY: '*' })),
      undefined,
    );
  });
});
