import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers of the cases made of real bug reports. */
const cases = [
  1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22, 24, 25, 27, 28, 30, 31, 33, 34, 36, 37, 39, 40, 42,
  43, 45, 46, 48, 49, 51, 52, 54, 55, 57, 58, 60, 61, 63, 64, 66, 67, 69, 70, 72, 73, 75, 76, 78, 79, 81, 82,
  84, 85, 87, 88, 90, 91, 93, 94, 96, 97, 99, 100, 102, 103, 105, 106, 108, 109, 111, 112, 114, 115,
];

interface Later {
  readonly id: number;
  readonly part: string;
  /** What has to be there first. */
  readonly needs: string;
}

/** Cases, and parts of cases, that nothing proves yet. */
const later: readonly Later[] = [
  { id: 22, part: 'a changed ConfigMap remakes the pods that use it', needs: 'apply' },
  { id: 39, part: 'ps shows Init:0/2 and Init:1/2 in turn', needs: "Kubernetes' view of pods" },
  { id: 40, part: 'a failing init container is tried again with back-off', needs: 'restarts' },
  { id: 42, part: 'sidecars wait for their startup probe and end with the pod', needs: 'probes and Jobs' },
  { id: 51, part: 'imagePullSecrets', needs: 'credentials of registries' },
  { id: 66, part: 'HTTP probes', needs: 'probes' },
  { id: 67, part: 'liveness probes restart', needs: 'probes and restarts' },
  { id: 70, part: 'postStart and preStop', needs: 'hooks' },
  { id: 78, part: 'subdomain and setHostnameAsFQDN', needs: 'Services and DNS' },
  { id: 82, part: 'Always and OnFailure restart', needs: 'restarts' },
  { id: 87, part: 'from 3 to 1 on the second play, and 0/0 in a listing', needs: 'apply' },
  { id: 90, part: 'a DaemonSet is one pod', needs: 'controllers' },
  { id: 91, part: 'completions, failures, suspension', needs: 'controllers' },
  { id: 103, part: '--ignore-unsupported', needs: 'apply' },
  { id: 111, part: 'names of hand-made pods become valid', needs: 'pod create' },
  { id: 112, part: 'a second time is no change', needs: 'apply; a second play is an error, as in Podman' },
  { id: 115, part: 'watching a file', needs: 'watch' },
];

describe('bug cases', () => {
  it('are each in the title of a test, or known to come later', () => {
    const folder = join(import.meta.dirname, '..');
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => readFileSync(join(folder, path), 'utf8'));
    const titles = texts.flatMap((text) => text.match(/(?:it\(|describe\(|title:)\s*(['"`]).*?\1/g) ?? []);
    const proved = new Set(
      titles.flatMap((title) => [...title.matchAll(/\bC(\d{2,3})\b/g)].map(([, id]) => Number(id))),
    );
    const expected = new Set(later.map(({ id }) => id));
    assert.deepEqual(
      cases.filter((id) => !proved.has(id) && !expected.has(id)),
      [],
    );
    assert.deepEqual(
      [...proved, ...expected].filter((id) => !cases.includes(id)),
      [],
      'ids that no case has',
    );
  });
});
