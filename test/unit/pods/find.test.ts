import { equal, throws } from 'node:assert/strict';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { findContainer, findPod, tryPod } from '../../../src/pods/find.ts';
import { containerRecord, podRecord } from './observed.ts';

const pods = [
  podRecord({ id: `abc1${'0'.repeat(60)}`, name: 'web' }),
  podRecord({ id: `abc2${'0'.repeat(60)}`, name: 'db' }),
  podRecord({ id: `dead${'0'.repeat(60)}`, name: 'abc1' }),
  podRecord({ id: `5555${'0'.repeat(60)}`, name: 'web', namespace: 'team' }),
];

function code(expected: string) {
  return (error: unknown) => error instanceof LifecycleError && error.code === expected;
}

describe('finding pods and containers', () => {
  const found: readonly (readonly [string, string | undefined, string])[] = [
    ['web', undefined, 'abc1'],
    ['default/web', undefined, 'abc1'],
    ['team/web', undefined, '5555'],
    ['web', 'team', '5555'],
    ['abc2', undefined, 'abc2'],
    ['abc1', undefined, 'dead'],
    ['5555', undefined, '5555'],
  ];
  for (const [text, namespace, id] of found) {
    it(`${text}${namespace === undefined ? '' : ` in ${namespace}`} is ${id}`, () => {
      equal(findPod(pods, text, namespace).id.slice(0, 4), id);
    });
  }

  it('takes no id prefix that fits several', () => {
    throws(() => findPod(pods, 'abc'), code('NAME_AMBIGUOUS'));
  });

  it('says which pod is missing', () => {
    throws(() => findPod(pods, 'nope'), code('POD_NOT_FOUND'));
    equal(tryPod(pods, 'nope'), undefined);
  });

  it('does not look into other namespaces for a bare name', () => {
    throws(() => findPod(pods, 'db', 'team'), code('POD_NOT_FOUND'));
  });

  it('finds containers by their full name', () => {
    equal(findContainer([containerRecord()], 'web-main').name, 'main');
    throws(() => findContainer([containerRecord()], 'main'), code('CONTAINER_NOT_FOUND'));
  });
});
