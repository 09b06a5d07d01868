import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ManifestError } from '../../../src/errors/manifest-error.ts';
import { withDefaults } from '../../../src/kube/defaults.ts';
import { notActedOn } from '../../../src/kube/fields.ts';
import { readManifests } from '../../../src/kube/read.ts';
import { missingReferences } from '../../../src/kube/references.ts';
import type { Pod } from '../../../src/kube/wire.ts';
import { corpus, corpusFiles } from './corpus.ts';

/** Manifests that a cluster refuses too, each with what is wrong with it. */
const refused: Record<string, readonly string[]> = {
  '_quirks/kubernetes-website__pods__inject__pod-multiple-secret-env-variable@069842f2.yaml': ['YAML_SYNTAX'],
  'gke-samples/batch__kueue-intro__job-team-a.yaml': ['MISSING_FIELD'],
  'kubernetes-examples/_archived__cockroachdb__cockroachdb-statefulset.yaml': ['WRONG_API_VERSION'],
  'kubernetes-examples/_archived__openshift-origin__etcd-controller.yaml': ['DUPLICATE'],
  'kubernetes-examples/_archived__volumes__aws_ebs__aws-ebs-web.yaml': ['BAD_VALUE'],
  'kubernetes-website/content__en__examples__application__job__cronjob.yaml': ['WRONG_API_VERSION'],
  'nginx-ingress/examples__custom-resources__oidc__client-secret.yaml': ['BAD_VALUE'],
};

describe('the corpus of real manifests', () => {
  if (corpus === undefined) {
    it('is not read here: it is not part of the repository, and POD_CORPUS names no folder', () => {});
    return;
  }

  it('is all read, and only refused where a cluster refuses', () => {
    assert.ok(corpusFiles.length > 200);
    const found: Record<string, readonly string[]> = {};
    for (const name of corpusFiles) {
      const codes = refusalOf(name);
      if (codes !== undefined && !name.startsWith('podman/')) found[name] = codes;
    }
    assert.deepEqual(found, refused);
  }).timeout(60_000);
});

/** The codes of the errors of a manifest. One without errors goes through everything that follows reading. */
function refusalOf(name: string): readonly string[] | undefined {
  const text = readFileSync(join(corpus ?? '', name), 'utf8');
  try {
    const { objects } = readManifests([{ name, text, folder: '/' }], { validate: 'warn' });
    for (const { object } of objects) {
      withDefaults(object);
      if (object.kind === 'Pod') notActedOn(object as Pod);
    }
    missingReferences(objects, () => undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const errors = error.faults.filter(({ severity }) => severity === 'error');
    return [...new Set(errors.map(({ code }) => code))];
  }
}
