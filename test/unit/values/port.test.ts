import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatPublish, parsePort, parsePublish } from '../../../src/values/port.ts';

describe('values/port: --publish', () => {
  const cases: readonly (readonly [text: string, ...printed: string[]])[] = [
    ['80', '0.0.0.0::80/tcp'],
    ['8080:80', '0.0.0.0:8080:80/tcp'],
    [':80', '0.0.0.0::80/tcp'],
    ['8080:80/udp', '0.0.0.0:8080:80/udp'],
    ['8080:80/SCTP', '0.0.0.0:8080:80/sctp'],
    ['127.0.0.1:8080:80', '127.0.0.1:8080:80/tcp'],
    ['127.0.0.1::80', '127.0.0.1::80/tcp'],
    ['[::1]:8080:80', '[::1]:8080:80/tcp'],
    ['[::]::80', '[::]::80/tcp'],
    ['8000-8001:80-81', '0.0.0.0:8000:80/tcp', '0.0.0.0:8001:81/tcp'],
    ['80-81', '0.0.0.0::80/tcp', '0.0.0.0::81/tcp'],
    ['53:53/tcp,udp', '0.0.0.0:53:53/tcp', '0.0.0.0:53:53/udp'],
  ];
  for (const [text, ...printed] of cases) {
    it(text, () => assert.deepEqual(parsePublish(text).map(formatPublish), printed));
  }

  const refused = [
    '',
    ':',
    'a',
    '0',
    '0:80',
    '65536',
    '-1',
    '80-',
    '81-80',
    '80-82:80-81',
    '8000-8001:80',
    '1:2:3',
    ':8080:80',
    '1.2.3.4:5:6:7',
    '::1:8080:80',
    '[::1:8080:80',
    '[::1]8080:80',
    '[::1]:80',
    '[]:80:80',
    '80/',
    '80/icmp',
    '80/tcp/udp',
    '80 ',
    '1.2.3.256:80:80',
    '1-2-3',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parsePublish(text), { name: 'ValueError', code: 'BAD_PORT' });
    });
  }

  it('reads back what it prints', () => {
    const ports = fc.record({
      hostIP: fc.oneof(fc.ipV4(), fc.ipV6()),
      hostPort: fc.integer({ min: 0, max: 65535 }),
      containerPort: fc.integer({ min: 1, max: 65535 }),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'sctp' as const),
    });
    fc.assert(
      fc.property(ports, (port) => {
        assert.deepEqual(
          parsePublish(formatPublish(port)).map((read) => ({ ...read })),
          [{ ...port }],
        );
      }),
    );
  });

  it('reads one port number', () => {
    assert.equal(parsePort('65535'), 65535);
    for (const text of ['', '0', '65536', '1.5', '0x50', ' 80']) {
      assert.throws(() => parsePort(text), { code: 'BAD_PORT' }, text);
    }
  });
});
