import assert from 'node:assert/strict';
import {
  dataKeyFault,
  envNameFault,
  labelFault,
  labelValueFault,
  type NameFault,
  portNameFault,
  qualifiedNameFault,
  subdomainFault,
  toLabel,
  toSubdomain,
} from '../../../src/values/name.ts';

const rules: Record<
  string,
  { check: (name: string) => NameFault | undefined; good: string[]; bad: string[] }
> = {
  label: {
    check: labelFault,
    good: ['a', '1', 'a-b', 'x'.repeat(63)],
    bad: ['', '-a', 'a-', 'A', 'a.b', 'a_b', 'x'.repeat(64)],
  },
  subdomain: {
    check: subdomainFault,
    good: ['a', 'a.b-c.1', 'x'.repeat(253)],
    bad: ['', 'a..b', '.a', 'a.', 'My_App', 'a.-b', 'x'.repeat(254)],
  },
  'port name': {
    check: portNameFault,
    good: ['http', 'a-1', 'x'.repeat(15)],
    bad: ['', '80', 'a--b', 'HTTP', 'x'.repeat(16)],
  },
  'qualified name': {
    check: qualifiedNameFault,
    good: ['app', 'app.kubernetes.io/name', 'A_b.c-d', 'x'.repeat(63)],
    bad: ['', '/a', 'a/', 'A.B/c', 'a/b/c', 'x'.repeat(64), 'a b'],
  },
  'label value': {
    check: labelValueFault,
    good: ['', 'a', '1.0', 'A_b', 'x'.repeat(63)],
    bad: ['a b', '-a', 'x'.repeat(64), 'a/b'],
  },
  'data key': {
    check: dataKeyFault,
    good: ['a', '.dockerconfigjson', 'A_b-c.d', '__proto__'],
    bad: ['', '.', '..', '..a', 'a/b', 'a b', 'x'.repeat(254)],
  },
  variable: { check: envNameFault, good: ['A', 'a.b-c', '1', 'a b'], bad: ['', 'A=B', 'é', 'a\n'] },
};

describe('values/name', () => {
  for (const [title, { check, good, bad }] of Object.entries(rules)) {
    for (const name of good) it(`${title} ${name}`, () => assert.equal(check(name), undefined));
    for (const name of bad) it(`no ${title}: ${JSON.stringify(name)}`, () => assert.ok(check(name)));
  }
  it('suggests names that are valid', () => {
    assert.equal(toLabel('My_App'), 'my-app');
    assert.equal(toLabel('__'), '');
    assert.equal(toSubdomain('My_Pod.1'), 'my-pod.1');
    assert.equal(toSubdomain('a..b.'), 'a.b');
    for (const name of ['My_App', 'x'.repeat(70), `${'x'.repeat(62)}--y`, 'ÄÖ-a', 'a.B.c_']) {
      assert.equal(labelFault(toLabel(name)), undefined, name);
      assert.equal(subdomainFault(toSubdomain(name)), undefined, name);
    }
    assert.equal(labelFault('My_App')?.suggestion, 'my-app');
  });
});
