import assert from 'node:assert/strict';
import { lowerKeys } from '../../../src/render/info.ts';

describe('lowerKeys', () => {
  it("gives Podman's keys", () => {
    assert.deepEqual(
      lowerKeys({
        Host: { OCIRuntime: { Name: 'crun' }, CgroupControllers: ['cpu'], HostIP: '1', Os: 'linux' },
        Store: { GraphRoot: '/x', ImageStore: { Number: 1 } },
      }),
      {
        host: { ociRuntime: { name: 'crun' }, cgroupControllers: ['cpu'], hostIP: '1', os: 'linux' },
        store: { graphRoot: '/x', imageStore: { number: 1 } },
      },
    );
  });
});
