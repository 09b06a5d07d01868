import assert from 'node:assert/strict';
import {
  type SeccompProfile,
  type SeccompRule,
  seccompChoice,
  seccompFor,
} from '../../../../src/plan/spec/seccomp.ts';

const HOST = { capabilities: ['CAP_CHOWN'], architecture: 'amd64', kernel: '6.1.0-13-amd64' } as const;

function profile(...syscalls: SeccompRule[]): SeccompProfile {
  return { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38, syscalls };
}

function rule(more: Partial<SeccompRule>): SeccompRule {
  return { names: ['call'], action: 'SCMP_ACT_ALLOW', args: [], includes: {}, excludes: {}, ...more };
}

describe('a seccomp profile', () => {
  describe('takes a rule', () => {
    for (const [what, more, taken] of [
      ['without conditions', {}, true],
      ['that includes a capability we have', { includes: { caps: ['CAP_CHOWN'] } }, true],
      ['that includes one we lack', { includes: { caps: ['CAP_SYS_ADMIN'] } }, false],
      ['that includes both', { includes: { caps: ['CAP_CHOWN', 'CAP_SYS_ADMIN'] } }, false],
      ['that excludes one we have', { excludes: { caps: ['CAP_CHOWN'] } }, false],
      ['that excludes one we lack', { excludes: { caps: ['CAP_SYS_ADMIN'] } }, true],
      ['for this machine', { includes: { arches: ['amd64', 'x32'] } }, true],
      ['for another', { includes: { arches: ['s390x'] } }, false],
      ['not for this machine', { excludes: { arches: ['amd64'] } }, false],
      ['for older kernels', { includes: { minKernel: '4.8' } }, true],
      ['for newer kernels', { includes: { minKernel: '6.12' } }, false],
      ['with nothing for its conditions', { includes: null, excludes: null, args: null }, true],
    ] as const) {
      it(`${what}: ${taken}`, () => {
        const { syscalls } = seccompFor(profile(rule(more as Partial<SeccompRule>)), HOST);
        assert.equal(syscalls.length, taken ? 1 : 0);
      });
    }
  });

  it('keeps what the runtime understands, and nothing else', () => {
    const args = [{ index: 0, value: 8, valueTwo: 0, op: 'SCMP_CMP_EQ' }];
    const given = { ...rule({ args, errnoRet: 1 }), comment: 'x', errno: 'EPERM' };
    assert.deepEqual(seccompFor(profile(given), HOST), {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      syscalls: [{ names: ['call'], action: 'SCMP_ACT_ALLOW', errnoRet: 1, args }],
    });
  });

  it('takes the architectures of this machine from the map, or the list of a plain profile', () => {
    const archMap = [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ];
    const arm = { ...HOST, architecture: 'arm64' } as const;
    assert.deepEqual(seccompFor({ ...profile(), archMap }, arm).architectures, [
      'SCMP_ARCH_AARCH64',
      'SCMP_ARCH_ARM',
    ]);
    const architectures = ['SCMP_ARCH_X86_64'];
    assert.deepEqual(seccompFor({ ...profile(), architectures }, HOST).architectures, architectures);
  });
});

describe('the choice of a profile', () => {
  const unconfined = { type: 'Unconfined' };
  const local = { type: 'Localhost', localhostProfile: 'audit.json' };
  for (const [own, ofPod, expected] of [
    [{}, {}, { type: 'default' }],
    [{ seccompProfile: { type: 'RuntimeDefault' } }, { seccompProfile: unconfined }, { type: 'default' }],
    [{ seccompProfile: unconfined }, {}, { type: 'none' }],
    [{}, { seccompProfile: unconfined }, { type: 'none' }],
    [{ seccompProfile: local }, {}, { type: 'localhost', profile: 'audit.json' }],
    [{}, { seccompProfile: local }, { type: 'localhost', profile: 'audit.json' }],
    [{ privileged: true, seccompProfile: local }, {}, { type: 'none' }],
  ] as const) {
    it(`C58: ${JSON.stringify(own)} in ${JSON.stringify(ofPod)} is ${expected.type}`, () => {
      const container = { name: 'main', securityContext: own };
      const spec = { containers: [container], securityContext: ofPod };
      const pod = { apiVersion: 'v1' as const, kind: 'Pod' as const, metadata: {}, spec };
      assert.deepEqual(seccompChoice(pod, container), expected);
    });
  }
});
