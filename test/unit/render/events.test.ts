import { strict as assert } from 'node:assert';
import type { EventLine } from '../../../src/contracts/store.ts';
import { eventItem, renderEvent } from '../../../src/render/events.ts';

const event: EventLine = {
  version: 1,
  time: '2026-01-02T03:04:05.678Z',
  object: { kind: 'Pod', namespace: 'default', name: 'web', uid: 'u' },
  type: 'Normal',
  reason: 'Started',
  message: 'Started container app',
};
const ofContainer = {
  containerId: 'c'.repeat(64),
  attributes: { container: 'web-app', image: 'busybox', x: 'y' },
};

describe('events', () => {
  it("are lines of Podman's form", () => {
    assert.equal(
      renderEvent(eventItem({ ...event, ...ofContainer })),
      `2026-01-02 03:04:05.678 +0000 UTC container start ${'c'.repeat(64)} (image=busybox, name=web-app, x=y)\n`,
    );
    assert.equal(
      renderEvent(eventItem({ ...event, reason: 'Deleted' })),
      '2026-01-02 03:04:05.678 +0000 UTC pod remove u (name=web)\n',
    );
  });

  for (const [reason, status] of [
    ['Created', 'create'],
    ['Started', 'start'],
    ['Killing', 'stop'],
    ['Exited', 'died'],
    ['Deleted', 'remove'],
    ['BackOff', 'backoff'],
  ] as const) {
    it(`call ${reason} ${status}`, () => assert.equal(eventItem({ ...event, reason }).Status, status));
  }
});
