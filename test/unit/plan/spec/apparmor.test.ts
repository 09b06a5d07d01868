import assert from 'node:assert/strict';
import type { Container, Pod } from '../../../../src/kube/wire.ts';
import { apparmorChoice } from '../../../../src/plan/spec/apparmor.ts';

type Security = Container['securityContext'];

const annotation = 'container.apparmor.security.beta.kubernetes.io/main';
const named = (localhostProfile: string) => ({ type: 'Localhost', localhostProfile });

function choice(more: { container?: Security; pod?: Security; annotated?: string }) {
  const { container = {}, pod = {}, annotated } = more;
  const main = { name: 'main', securityContext: container };
  return apparmorChoice(
    {
      metadata: annotated === undefined ? {} : { annotations: { [annotation]: annotated } },
      spec: { containers: [main], securityContext: pod },
    } as unknown as Pod,
    main as Container,
  );
}

describe('the AppArmor profile', () => {
  for (const [what, more, expected] of [
    ['is the default one', {}, { type: 'default' }],
    ['is none when privileged', { container: { privileged: true } }, { type: 'none' }],
    [
      'is the named one even when privileged',
      { container: { privileged: true, appArmorProfile: named('web') } },
      { type: 'localhost', profile: 'web' },
    ],
    ['is none when Unconfined', { container: { appArmorProfile: { type: 'Unconfined' } } }, { type: 'none' }],
    [
      "is the pod's",
      { pod: { appArmorProfile: named('web') } },
      {
        type: 'localhost',
        profile: 'web',
      },
    ],
    [
      "is the container's before the pod's",
      { container: { appArmorProfile: { type: 'RuntimeDefault' } }, pod: { appArmorProfile: named('web') } },
      { type: 'default' },
    ],
    ['is that of the annotation', { annotated: 'localhost/web' }, { type: 'localhost', profile: 'web' }],
    ['is none by annotation', { annotated: 'unconfined' }, { type: 'none' }],
    ['is the default one by annotation', { annotated: 'runtime/default' }, { type: 'default' }],
    [
      "is the container's before the annotation's",
      { container: { appArmorProfile: { type: 'Unconfined' } }, annotated: 'localhost/web' },
      { type: 'none' },
    ],
  ] as const) {
    it(what, () => assert.deepEqual(choice(more), expected));
  }
});
