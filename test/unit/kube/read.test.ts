import assert from 'node:assert/strict';
import { brief, faultsOf, pod, read } from './faults.ts';

describe('an empty namespace', () => {
  it('is one that was left out', () => {
    const [found] = read(pod({ metadata: 'namespace: ""' })).objects;
    assert.deepEqual(found?.object.metadata, { name: 'p' });
  });

  it('makes no difference between twins', () => {
    const text = `${pod()}---\n${pod({ metadata: 'namespace: ""' })}`;
    assert.deepEqual(faultsOf(text).map(brief), ['DUPLICATE 13 metadata.name']);
  });
});
