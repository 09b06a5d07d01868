import assert from 'node:assert/strict';
import type { Container } from '../../../../src/kube/wire.ts';
import { capabilitySet } from '../../../../src/plan/spec/capabilities.ts';

const DEFAULT = [
  'CAP_CHOWN',
  'CAP_DAC_OVERRIDE',
  'CAP_FOWNER',
  'CAP_FSETID',
  'CAP_KILL',
  'CAP_NET_BIND_SERVICE',
  'CAP_SETFCAP',
  'CAP_SETGID',
  'CAP_SETPCAP',
  'CAP_SETUID',
  'CAP_SYS_CHROOT',
];
const ALL = [...DEFAULT, 'CAP_MKNOD', 'CAP_NET_ADMIN', 'CAP_NET_RAW'].sort();
const without = (all: readonly string[], ...names: string[]) => all.filter((name) => !names.includes(name));

function of(securityContext: Container['securityContext']) {
  return capabilitySet({ name: 'main', securityContext }, { capabilities: ALL });
}

describe('capabilities', () => {
  for (const [what, context, expected, warnings] of [
    ['by default', {}, DEFAULT, 0],
    ['C54: drop ALL then add', { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, ['CAP_NET_BIND_SERVICE'], 0],
    ['C54: with the prefix, and a warning', { drop: ['ALL'], add: ['CAP_KILL'] }, ['CAP_KILL'], 1],
    ['lower case', { drop: ['all'], add: ['net_admin'] }, ['CAP_NET_ADMIN'], 0],
    ['one more', { add: ['NET_ADMIN'] }, [...DEFAULT, 'CAP_NET_ADMIN'].sort(), 0],
    ['one less', { drop: ['KILL'] }, without(DEFAULT, 'CAP_KILL'), 0],
    ['all', { add: ['ALL'] }, ALL, 0],
    ['all but one', { add: ['ALL'], drop: ['MKNOD'] }, without(ALL, 'CAP_MKNOD'), 0],
    ['one that is in both', { add: ['NET_RAW'], drop: ['NET_RAW'] }, DEFAULT, 0],
    ['none', { drop: ['ALL'] }, [], 0],
    [
      'one that the host lacks, with a warning',
      { add: ['SYS_RESOURCE', 'NET_RAW'] },
      [...DEFAULT, 'CAP_NET_RAW'].sort(),
      1,
    ],
  ] as const) {
    it(`${what}`, () => {
      const found = of({ capabilities: context as { add?: string[]; drop?: string[] } });
      assert.deepEqual(found.capabilities, expected);
      assert.equal(found.warnings.length, warnings);
    });
  }

  it('C55: has all when privileged, whatever else is asked', () => {
    assert.deepEqual(of({ privileged: true, capabilities: { drop: ['MKNOD'] } }).capabilities, ALL);
  });
});
