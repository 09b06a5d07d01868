import type { ObjectKey } from '../contracts/store.ts';
import type { KubeObject } from '../kube/wire.ts';
import { DEFAULT_NAMESPACE } from '../values/namespace.ts';

/** Kinds of the Kubernetes API that have no namespace. Kinds that we do not know are taken for namespaced. */
const CLUSTER_WIDE: ReadonlySet<string> = new Set([
  'APIService',
  'CSIDriver',
  'CSINode',
  'CertificateSigningRequest',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'FlowSchema',
  'IngressClass',
  'MutatingWebhookConfiguration',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PriorityClass',
  'PriorityLevelConfiguration',
  'RuntimeClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'ValidatingWebhookConfiguration',
  'VolumeAttachment',
]);

/** The key of an object: group from its apiVersion, the default namespace where it names none and its kind has one. */
export function keyOf({ apiVersion, kind, metadata }: KubeObject): ObjectKey {
  const slash = apiVersion.indexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    kind,
    ...(CLUSTER_WIDE.has(kind) ? {} : { namespace: metadata.namespace || DEFAULT_NAMESPACE }),
    name: metadata.name ?? '',
  };
}
