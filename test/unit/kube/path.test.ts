import assert from 'node:assert/strict';
import { formatPath, parsePath, type Steps } from '../../../src/kube/path.ts';

const paths: Record<string, Steps> = {
  '': [],
  'spec.containers[0].image': ['spec', 'containers', 0, 'image'],
  "metadata.annotations['team.test/x']": ['metadata', 'annotations', 'team.test/x'],
  "data['it\\'s']": ['data', "it's"],
  "['a b'].c": ['a b', 'c'],
  'items[2][0]': ['items', 2, 0],
};

describe('kube/path', () => {
  for (const [path, steps] of Object.entries(paths)) {
    it(path || 'the object itself', () => {
      assert.equal(formatPath(steps), path);
      assert.deepEqual(parsePath(path), steps);
    });
  }
});
