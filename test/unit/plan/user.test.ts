import assert from 'node:assert/strict';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { containerUser, type UserRequest, verifyNonRoot } from '../../../src/plan/user.ts';

interface Context {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
}

function request(imageUser: string | undefined, own: Context = {}, ofPod: Context = {}): UserRequest {
  const container = { name: 'main', securityContext: own };
  return {
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {},
      spec: { containers: [container], securityContext: ofPod },
    },
    container,
    image: {
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [] },
      config: imageUser === undefined ? {} : { User: imageUser },
    },
  };
}

describe('the user of a container', () => {
  for (const [imageUser, own, ofPod, expected] of [
    [undefined, {}, {}, ''],
    ['app', {}, {}, 'app'],
    ['app:staff', {}, {}, 'app:staff'],
    ['1000:1000', {}, {}, '1000:1000'],
    ['app:staff', { runAsUser: 7 }, {}, '7'],
    ['app:staff', { runAsUser: 0 }, {}, '0'],
    ['app:staff', { runAsGroup: 8 }, {}, 'app:8'],
    [undefined, { runAsGroup: 8 }, {}, '0:8'],
    [undefined, {}, { runAsUser: 1, runAsGroup: 2 }, '1:2'],
    [undefined, { runAsUser: 3 }, { runAsUser: 1, runAsGroup: 2 }, '3:2'],
  ] as const) {
    it(`C52: ${imageUser ?? 'no USER'}, ${JSON.stringify(own)} in ${JSON.stringify(ofPod)}, is "${expected}"`, () => {
      assert.equal(containerUser(request(imageUser, own, ofPod)), expected);
    });
  }
});

describe('runAsNonRoot', () => {
  const non = { runAsNonRoot: true };
  for (const [imageUser, own, ofPod] of [
    [undefined, {}, {}],
    [undefined, { runAsNonRoot: false }, non],
    ['1000', non, {}],
    ['1000:0', non, {}],
    ['root', { ...non, runAsUser: 5 }, {}],
    [undefined, non, { runAsUser: 5 }],
  ] as const) {
    it(`lets ${imageUser ?? 'no USER'} with ${JSON.stringify([own, ofPod])} run`, () => {
      verifyNonRoot(request(imageUser, own, ofPod));
    });
  }

  for (const [imageUser, own, ofPod] of [
    [undefined, non, {}],
    ['', {}, non],
    ['0', non, {}],
    ['00:5', non, {}],
    ['app', non, {}],
    ['1000', { ...non, runAsUser: 0 }, {}],
  ] as const) {
    it(`refuses ${imageUser ?? 'no USER'} with ${JSON.stringify([own, ofPod])}`, () => {
      assert.throws(
        () => verifyNonRoot(request(imageUser, own, ofPod)),
        (error: unknown) => error instanceof LifecycleError && error.code === 'RUNS_AS_ROOT',
      );
    });
  }
});
