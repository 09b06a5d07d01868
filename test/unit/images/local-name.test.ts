import assert from 'node:assert/strict';
import { ValueError } from '../../../src/errors/value-error.ts';
import { localName } from '../../../src/images/local-name.ts';

describe('localName', () => {
  const cases = [
    ['foo', 'localhost/foo:latest'],
    ['foo:1', 'localhost/foo:1'],
    ['org/foo', 'localhost/org/foo:latest'],
    ['localhost/foo', 'localhost/foo:latest'],
    ['quay.io/x/y:z', 'quay.io/x/y:z'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
  ] as const;
  for (const [name, expected] of cases) it(name, () => assert.equal(localName(name), expected));

  it('refuses what is no name', () => assert.throws(() => localName('Bad/Name'), ValueError));
});
