import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, ManifestError } from '../../src/errors/manifest-error.ts';
import { prepare } from '../../src/play/prepare.ts';
import { POD } from '../host/machine.ts';
import { corpus, corpusFiles } from '../unit/kube/corpus.ts';

/** Manifests that no cluster would run as they are, each with what is wrong with it. */
const meantToFail: Readonly<Record<string, readonly Fault['code'][]>> = {
  '_quirks/kubernetes-website__pods__inject__pod-multiple-secret-env-variable@069842f2.yaml': ['YAML_SYNTAX'],
  'containersolutions-kubernetes-examples/broken-Deployment__spec.spec.readinessProbe__readiness-broken.yaml':
    ['BAD_VALUE'],
  'gke-samples/batch__kueue-intro__job-team-a.yaml': ['MISSING_FIELD'],
  'gke-samples/quickstarts__monolith-to-microservices__containerized__kubernetes_manifest.yaml': [
    'BAD_VALUE',
  ],
  'kompose/script__test__fixtures__compose-env-no-interpolation__output-k8s.yaml': ['BAD_VALUE'],
  'kubernetes-examples/_archived__cockroachdb__cockroachdb-statefulset.yaml': ['WRONG_API_VERSION'],
  'kubernetes-examples/_archived__openshift-origin__etcd-controller.yaml': ['DUPLICATE'],
  'kubernetes-examples/_archived__volumes__aws_ebs__aws-ebs-web.yaml': ['BAD_VALUE'],
  'kubernetes-website/content__en__examples__application__job__cronjob.yaml': ['WRONG_API_VERSION'],
  'kubernetes-website/content__en__examples__pods__private-reg-pod.yaml': ['BAD_VALUE'],
  'nginx-ingress/examples__custom-resources__oidc__client-secret.yaml': ['BAD_VALUE'],
  'podman/docs__source__markdown__podman-kube-generate.1.md__L64.yaml': ['BAD_VALUE', 'REFERENCE_MISSING'],
  'podman/test__e2e__play_build_test.go__testYAMLForEnvExpand.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__livenessProbeUnhealthyPodYaml.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__podWithSysctlHostNetDefined.yaml': ['CONFLICT'],
  'podman/test__e2e__play_kube_test.go__podWithoutAnImage.yaml': ['BAD_VALUE', 'MISSING_FIELD'],
  'podman/test__e2e__play_kube_test.go__podnameEqualsContainerNameYaml.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__publishPortsEchoWithHostPortTCP.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__publishPortsPodWithContainerHostPort.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__publishPortsPodWithContainerPort.yaml': ['BAD_VALUE'],
  'podman/test__e2e__play_kube_test.go__simplePodYaml.yaml': ['MISSING_FIELD'],
  'podman/test__e2e__play_kube_test.go__stopSignalNosuchSignal.yaml': ['BAD_VALUE'],
};

/** What a part of a larger whole may lack: objects in other files, or anything that is played. */
const incomplete: readonly Fault['code'][] = ['REFERENCE_MISSING', 'EMPTY'];

/** Manifests that the command itself is run on, spread over the corpus. */
const sample = corpusFiles.filter((_, index) => index % Math.ceil(corpusFiles.length / 20) === 0);

describe('real manifests', () => {
  const folder = corpus;
  if (folder === undefined) {
    it('are not played here: they are not part of the repository, and POD_CORPUS names no folder', () => {});
    return;
  }

  const outcomes = new Map<string, readonly Fault['code'][]>();

  it('are all planned, or refused with the place of every fault', async () => {
    for (const name of corpusFiles) outcomes.set(name, await outcomeOf(join(folder, name)));
    const known = Object.entries(meantToFail).filter(([name]) => corpusFiles.includes(name));
    const found = [...outcomes].filter(([, codes]) => codes.some((code) => !incomplete.includes(code)));
    assert.deepEqual(Object.fromEntries(found), Object.fromEntries(known));
  }).timeout(120_000);

  it('end the command with 0 or 125, without a stack trace, and make nothing', () => {
    const store = mkdtempSync(join(tmpdir(), 'pod-corpus-'));
    for (const name of sample) {
      const { status, stderr } = dryRun(store, join(folder, name));
      assert.equal(status, outcomes.get(name)?.length === 0 ? 0 : 125, `${name}: ${stderr}`);
      assert.doesNotMatch(stderr, /unexpected failure|\n {4}at /, name);
      if (status !== 0) assert.match(stderr, /:\d+:\d+: error: /, name);
    }
    assert.ok(!existsSync(join(store, 'root')) && !existsSync(join(store, 'run')));
    rmSync(store, { recursive: true });
  }).timeout(240_000);

  after(() => {
    const counts = Map.groupBy(outcomes.values(), (codes) => codes.join(' and ') || 'planned');
    const rows = [...counts].map(([outcome, { length }]) => `${String(length).padStart(6)}  ${outcome}`);
    console.log(`${rows.sort().reverse().join('\n')}\n${String(outcomes.size).padStart(6)}  manifests`);
  });
});

function dryRun(store: string, path: string): { readonly status: number | null; readonly stderr: string } {
  const flags = ['--root', join(store, 'root'), '--runroot', join(store, 'run')];
  return spawnSync(POD, [...flags, 'play', 'kube', '--dry-run', path], { encoding: 'utf8', timeout: 60_000 });
}

/** Codes of the errors of a manifest, sorted; none if it can be played. */
async function outcomeOf(path: string): Promise<readonly Fault['code'][]> {
  const files = [{ name: path, text: readFileSync(path, 'utf8'), folder: '/manifests' }];
  const options = { networks: [], publish: [], annotations: {} };
  try {
    await prepare({ list: async () => [] }, { files, configMaps: [], validate: 'warn', options });
    return [];
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    const errors = error.faults.filter(({ severity }) => severity === 'error');
    for (const { line, column, source, code } of errors) {
      assert.ok(
        line >= 1 && column >= 1 && (source.length >= column || code === 'EMPTY'),
        `${path}:${line}:${column}`,
      );
    }
    return [...new Set(errors.map(({ code }) => code))].sort();
  }
}
