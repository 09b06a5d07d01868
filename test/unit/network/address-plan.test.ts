import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NetworkError } from '../../../src/errors/network-error.ts';
import { chooseAddresses } from '../../../src/network/address-plan.ts';
import { IPv4Range } from '../../../src/network/ipv4-range.ts';

function range(text: string): IPv4Range {
  return IPv4Range.parse(text) ?? assert.fail(text);
}

describe('network/address-plan', () => {
  it('gives the default store 10.86.0.0/16 and 10.87.0.0/16', () => {
    assert.deepEqual(
      chooseAddresses({
        storeId: undefined,
        routes: ['default', '192.0.2.0/24', '0.0.0.0/1', '128.0.0.0/1'],
      }),
      { pods: '10.86.0.0/16', services: '10.87.0.0/16' },
    );
  });

  const moved: readonly [string, string, string[]][] = [
    ['of the pod range', '10.86.7.0/24', ['10.96.0.0/16', '10.97.0.0/16']],
    ['of the service range', '10.87.3.4', ['10.96.0.0/16', '10.97.0.0/16']],
    ['of all of 10/8', '10.0.0.0/8', ['172.16.0.0/16', '172.17.0.0/16']],
  ];
  for (const [name, route, [pods, services]] of moved) {
    it(`moves out of the way ${name}`, () =>
      assert.deepEqual(chooseAddresses({ storeId: undefined, routes: [route] }), { pods, services }));
  }

  it('says when nothing is free', () => {
    assert.throws(
      () =>
        chooseAddresses({ storeId: undefined, routes: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] }),
      (error) => error instanceof NetworkError && error.code === 'NO_FREE_RANGE',
    );
  });

  it('never overlaps a route, nor pods with Services, nor other stores with the default one', () => {
    const ids = fc.nat(0xffffffff).map((id) => id.toString(16).padStart(8, '0'));
    const routes = fc.array(
      fc
        .tuple(fc.nat(0xffffff), fc.integer({ min: 9, max: 32 }))
        .map(([low, prefix]) => new IPv4Range(0x0a000000 + low, prefix).toString()),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.option(ids, { nil: undefined }), routes, (storeId, taken) => {
        const plan = chooseAddresses({ storeId, routes: taken });
        const [pods, services] = [range(plan.pods), range(plan.services)];
        assert.equal(pods.overlaps(services), false);
        for (const route of taken) {
          assert.equal(pods.overlaps(range(route)) || services.overlaps(range(route)), false);
        }
        if (storeId !== undefined) assert.equal(range('10.0.0.0/9').overlaps(pods), false);
      }),
    );
  });

  it('reads only addresses and ranges', () => {
    for (const text of ['default', '10.0.0.256', '10.0.0.0/33', '::1', '10.0.0', '']) {
      assert.equal(IPv4Range.parse(text), undefined, text);
    }
    assert.equal(range('10.1.2.3/8').toString(), '10.0.0.0/8');
    assert.equal(range('255.255.255.255').toString(), '255.255.255.255/32');
  });
});
