import assert from 'node:assert/strict';
import { parseChallenges } from '../../../src/registry/challenge.ts';

const parse = (header: string) =>
  parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } }));

describe('registry/challenge', () => {
  const cases: readonly (readonly [header: string, ...challenges: readonly [string, object][]])[] = [
    ['', ...[]],
    ['Basic realm="x"', ['basic', { realm: 'x' }]],
    [
      'Bearer realm="https://auth.io/token",service="reg",scope="repository:a/b:pull,push"',
      ['bearer', { realm: 'https://auth.io/token', service: 'reg', scope: 'repository:a/b:pull,push' }],
    ],
    [
      'Basic realm="a, b", Bearer realm=c , Service=d',
      ['basic', { realm: 'a, b' }],
      ['bearer', { realm: 'c', service: 'd' }],
    ],
    ['Negotiate, Basic', ['negotiate', {}], ['basic', {}]],
    ['Bearer realm="a \\"quoted\\" one"', ['bearer', { realm: 'a "quoted" one' }]],
    ['Bearer realm="unfinished', ['bearer', {}]],
    ['realm="x"', ...[]],
  ];
  for (const [header, ...challenges] of cases) {
    it(JSON.stringify(header), () => {
      assert.deepEqual(
        parse(header).filter(({ scheme }) => scheme !== 'realm'),
        challenges.map(([scheme, parameters]) => ({ scheme, parameters })),
      );
    });
  }

  it('takes a parameter of any name for a parameter only', () => {
    const [challenge] = parseChallenges('Bearer __proto__="x"');
    assert.deepEqual(Object.keys(challenge?.parameters ?? {}), ['__proto__']);
  });
});
