import assert from 'node:assert/strict';
import { UsageError } from '../../../src/errors/usage-error.ts';
import { download } from '../../../src/registry/download.ts';

describe('download', () => {
  it('refuses what is no URL', async () => {
    const config = { proxies: { except: [] }, certificates: { registryDirs: [] } };
    await assert.rejects(
      download('http://', config),
      (error) => error instanceof UsageError && error.code === 'BAD_ARGUMENT',
    );
  });
});
