import { nearest } from '../values/nearest.ts';
import { checkConfigMap } from './kinds/config-map.ts';
import { checkCronJob } from './kinds/cron-job.ts';
import { checkDaemonSet } from './kinds/daemon-set.ts';
import { checkDeployment } from './kinds/deployment.ts';
import { checkJob } from './kinds/job.ts';
import type { Kind } from './kinds/kind.ts';
import { checkPersistentVolumeClaim } from './kinds/persistent-volume-claim.ts';
import { checkPod } from './kinds/pod.ts';
import { checkReplicaSet } from './kinds/replica-set.ts';
import { checkSecret } from './kinds/secret.ts';
import { checkService } from './kinds/service.ts';
import { checkStatefulSet } from './kinds/stateful-set.ts';
import type { Finding } from './page.ts';

type Facts = Partial<Omit<Kind, 'name' | 'apiVersions'>>;

function kind(apiVersions: string | [string, ...string[]], name: string, facts: Facts = {}): [string, Kind] {
  const versions: Kind['apiVersions'] = typeof apiVersions === 'string' ? [apiVersions] : apiVersions;
  return [name, { name, apiVersions: versions, acts: false, nameRule: 'subdomain', ...facts }];
}

/** The kinds that Kubernetes has built in and a manifest may hold, by name. */
export const kinds: ReadonlyMap<string, Kind> = new Map([
  kind('v1', 'Pod', { acts: true, check: (object, around) => checkPod(object.as(), around) }),
  kind('v1', 'ConfigMap', { acts: true, check: (object) => checkConfigMap(object.as()) }),
  kind('v1', 'Secret', { acts: true, check: (object) => checkSecret(object.as()) }),
  kind('v1', 'PersistentVolumeClaim', {
    acts: true,
    check: (object) => checkPersistentVolumeClaim(object.as()),
  }),
  kind('apps/v1', 'Deployment', {
    acts: true,
    check: (object, around) => checkDeployment(object.as(), around),
  }),
  kind('apps/v1', 'ReplicaSet', { check: (object, around) => checkReplicaSet(object.as(), around) }),
  kind('apps/v1', 'StatefulSet', { check: (object, around) => checkStatefulSet(object.as(), around) }),
  kind('apps/v1', 'DaemonSet', { check: (object, around) => checkDaemonSet(object.as(), around) }),
  kind('apps/v1', 'ControllerRevision'),
  kind('batch/v1', 'Job', { check: (object, around) => checkJob(object.as(), around) }),
  kind('batch/v1', 'CronJob', { check: (object, around) => checkCronJob(object.as(), around) }),
  kind('v1', 'Service', { nameRule: 'label', check: (object) => checkService(object.as()) }),
  kind('v1', 'List'),
  kind('v1', 'Namespace', { nameRule: 'label' }),
  kind('v1', 'ServiceAccount'),
  kind('v1', 'ReplicationController'),
  kind('v1', 'PodTemplate'),
  kind('v1', 'PersistentVolume'),
  kind('v1', 'Endpoints'),
  kind(['events.k8s.io/v1', 'v1'], 'Event'),
  kind('v1', 'LimitRange'),
  kind('v1', 'Node'),
  kind('v1', 'ResourceQuota'),
  kind('discovery.k8s.io/v1', 'EndpointSlice'),
  kind('networking.k8s.io/v1', 'Ingress'),
  kind('networking.k8s.io/v1', 'IngressClass'),
  kind('networking.k8s.io/v1', 'NetworkPolicy'),
  kind('rbac.authorization.k8s.io/v1', 'Role', { nameRule: 'any' }),
  kind('rbac.authorization.k8s.io/v1', 'RoleBinding', { nameRule: 'any' }),
  kind('rbac.authorization.k8s.io/v1', 'ClusterRole', { nameRule: 'any' }),
  kind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { nameRule: 'any' }),
  kind('policy/v1', 'PodDisruptionBudget'),
  kind(['autoscaling/v2', 'autoscaling/v1'], 'HorizontalPodAutoscaler'),
  kind('scheduling.k8s.io/v1', 'PriorityClass'),
  kind('storage.k8s.io/v1', 'StorageClass'),
  kind('storage.k8s.io/v1', 'CSIDriver'),
  kind('storage.k8s.io/v1', 'VolumeAttachment'),
  kind('node.k8s.io/v1', 'RuntimeClass'),
  kind('coordination.k8s.io/v1', 'Lease'),
  kind('certificates.k8s.io/v1', 'CertificateSigningRequest'),
  kind('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'),
  kind('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'),
  kind('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicy'),
  kind('admissionregistration.k8s.io/v1', 'ValidatingAdmissionPolicyBinding'),
  kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  kind('apiregistration.k8s.io/v1', 'APIService'),
  kind(['flowcontrol.apiserver.k8s.io/v1', 'flowcontrol.apiserver.k8s.io/v1beta3'], 'FlowSchema'),
]);

const builtinGroups = new Set([...kinds.values()].flatMap(({ apiVersions }) => apiVersions.map(groupOf)));

/** What an object's apiVersion and kind mean: a kind of Kubernetes, one of somebody else's, or a mistake. */
export type Recognized =
  | { readonly is: 'builtin'; readonly kind: Kind }
  | { readonly is: 'custom' }
  | { readonly is: 'mistake'; readonly finding: Finding };

/** Tells what kind of object a manifest holds. */
export function recognize(apiVersion: string, name: string): Recognized {
  const builtin = kinds.get(name);
  if (builtin?.apiVersions.includes(apiVersion)) return { is: 'builtin', kind: builtin };
  const group = groupOf(apiVersion);
  if (group.includes('.') && !builtinGroups.has(group)) return { is: 'custom' };
  if (builtin !== undefined) {
    const [current] = builtin.apiVersions;
    const message = `there is no ${name} in ${apiVersion}`;
    const hint = `write apiVersion: ${current}`;
    return { is: 'mistake', finding: { code: 'WRONG_API_VERSION', message, hint, path: 'apiVersion' } };
  }
  const near = nearest(name, kinds.keys());
  const message = `there is no kind ${JSON.stringify(name)} in ${apiVersion}`;
  const hint = near === undefined ? 'look at apiVersion and kind' : `did you mean ${near}?`;
  return { is: 'mistake', finding: { code: 'UNKNOWN_KIND', message, hint, path: 'kind' } };
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}
