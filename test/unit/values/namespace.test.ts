import { equal } from 'node:assert/strict';
import { displayName } from '../../../src/values/namespace.ts';

describe('displayName', () => {
  it('is bare in the default namespace only', () => {
    equal(displayName('default', 'web'), 'web');
    equal(displayName('team', 'web'), 'team/web');
  });
});
