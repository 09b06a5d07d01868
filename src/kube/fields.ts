import type { Data } from './document.ts';
import { isObject } from './objects.ts';
import type { Pod } from './wire.ts';

/**
 * What pod does with a field of the Pod API: `acts` on it, or keeps it, so that it comes back, without effect.
 * A map tells field by field; the items of lists are told about as if they stood in its place.
 */
export type Support = 'acts' | 'kept' | { readonly [field: string]: Support };

const keyOf: Support = { name: 'acts', key: 'acts', optional: 'acts' };
const objectOf: Support = { name: 'acts', optional: 'acts' };
const fieldRef: Support = { apiVersion: 'acts', fieldPath: 'acts' };
const resourceFieldRef: Support = { containerName: 'acts', divisor: 'acts', resource: 'acts' };
const files: Support = { key: 'acts', mode: 'acts', path: 'acts' };

const container: Support = {
  args: 'acts',
  command: 'acts',
  env: {
    name: 'acts',
    value: 'acts',
    valueFrom: {
      configMapKeyRef: keyOf,
      fieldRef,
      fileKeyRef: 'kept',
      resourceFieldRef,
      secretKeyRef: keyOf,
    },
  },
  envFrom: { configMapRef: objectOf, prefix: 'acts', secretRef: objectOf },
  image: 'acts',
  imagePullPolicy: 'acts',
  lifecycle: 'kept',
  livenessProbe: 'kept',
  name: 'acts',
  ports: { containerPort: 'acts', hostIP: 'acts', hostPort: 'acts', name: 'acts', protocol: 'acts' },
  readinessProbe: 'kept',
  resizePolicy: 'kept',
  resources: { claims: 'kept', limits: 'acts', requests: 'acts' },
  restartPolicy: 'kept',
  restartPolicyRules: 'kept',
  securityContext: {
    allowPrivilegeEscalation: 'acts',
    appArmorProfile: { localhostProfile: 'acts', type: 'acts' },
    capabilities: { add: 'acts', drop: 'acts' },
    privileged: 'acts',
    procMount: 'acts',
    readOnlyRootFilesystem: 'acts',
    runAsGroup: 'acts',
    runAsNonRoot: 'acts',
    runAsUser: 'acts',
    seLinuxOptions: 'kept',
    seccompProfile: { localhostProfile: 'acts', type: 'acts' },
    windowsOptions: 'kept',
  },
  startupProbe: 'kept',
  stdin: 'acts',
  stdinOnce: 'kept',
  terminationMessagePath: 'kept',
  terminationMessagePolicy: 'kept',
  tty: 'acts',
  volumeDevices: 'kept',
  volumeMounts: {
    mountPath: 'acts',
    mountPropagation: 'acts',
    name: 'acts',
    readOnly: 'acts',
    recursiveReadOnly: 'kept',
    subPath: 'acts',
    subPathExpr: 'kept',
  },
  workingDir: 'acts',
};

const volume: Support = {
  awsElasticBlockStore: 'kept',
  azureDisk: 'kept',
  azureFile: 'kept',
  cephfs: 'kept',
  cinder: 'kept',
  configMap: { defaultMode: 'acts', items: files, name: 'acts', optional: 'acts' },
  csi: 'kept',
  downwardAPI: 'kept',
  emptyDir: { medium: 'acts', sizeLimit: 'acts' },
  ephemeral: 'kept',
  fc: 'kept',
  flexVolume: 'kept',
  flocker: 'kept',
  gcePersistentDisk: 'kept',
  gitRepo: 'kept',
  glusterfs: 'kept',
  hostPath: { path: 'acts', type: 'acts' },
  image: 'kept',
  iscsi: 'kept',
  name: 'acts',
  nfs: 'kept',
  persistentVolumeClaim: { claimName: 'acts', readOnly: 'acts' },
  photonPersistentDisk: 'kept',
  portworxVolume: 'kept',
  projected: {
    defaultMode: 'acts',
    sources: {
      clusterTrustBundle: 'kept',
      configMap: { items: files, name: 'acts', optional: 'acts' },
      downwardAPI: 'kept',
      podCertificate: 'kept',
      secret: { items: files, name: 'acts', optional: 'acts' },
      serviceAccountToken: 'kept',
    },
  },
  quobyte: 'kept',
  rbd: 'kept',
  scaleIO: 'kept',
  secret: { defaultMode: 'acts', items: files, optional: 'acts', secretName: 'acts' },
  storageos: 'kept',
  vsphereVolume: 'kept',
};

/** Every field of a Pod's spec. A test compares it with the API's own list. */
export const podFields: { readonly spec: { readonly [field: string]: Support } } = {
  spec: {
    activeDeadlineSeconds: 'kept',
    affinity: 'kept',
    automountServiceAccountToken: 'kept',
    containers: container,
    dnsConfig: { nameservers: 'acts', options: { name: 'acts', value: 'acts' }, searches: 'acts' },
    dnsPolicy: 'acts',
    enableServiceLinks: 'kept',
    ephemeralContainers: 'kept',
    hostAliases: { hostnames: 'acts', ip: 'acts' },
    hostIPC: 'acts',
    hostNetwork: 'acts',
    hostPID: 'acts',
    hostUsers: 'kept',
    hostname: 'acts',
    hostnameOverride: 'kept',
    imagePullSecrets: 'kept',
    initContainers: container,
    nodeName: 'kept',
    nodeSelector: 'kept',
    os: 'kept',
    overhead: 'acts',
    preemptionPolicy: 'kept',
    priority: 'kept',
    priorityClassName: 'kept',
    readinessGates: 'kept',
    resourceClaims: 'kept',
    resources: 'kept',
    restartPolicy: 'acts',
    runtimeClassName: 'kept',
    schedulerName: 'kept',
    schedulingGates: 'kept',
    schedulingGroup: 'kept',
    securityContext: {
      appArmorProfile: { localhostProfile: 'acts', type: 'acts' },
      fsGroup: 'kept',
      fsGroupChangePolicy: 'kept',
      runAsGroup: 'acts',
      runAsNonRoot: 'acts',
      runAsUser: 'acts',
      seLinuxChangePolicy: 'kept',
      seLinuxOptions: 'kept',
      seccompProfile: { localhostProfile: 'acts', type: 'acts' },
      supplementalGroups: 'acts',
      supplementalGroupsPolicy: 'acts',
      sysctls: { name: 'acts', value: 'acts' },
      windowsOptions: 'kept',
    },
    serviceAccount: 'kept',
    serviceAccountName: 'kept',
    setHostnameAsFQDN: 'kept',
    shareProcessNamespace: 'acts',
    subdomain: 'kept',
    terminationGracePeriodSeconds: 'acts',
    tolerations: 'kept',
    topologySpreadConstraints: 'kept',
    volumes: volume,
  },
};

/**
 * Paths of the fields that a pod, as written, sets without effect, `spec.containers[].livenessProbe`, each once
 * and in the order of the API's list.
 */
export function notActedOn(pod: Pick<Pod, 'spec'>): string[] {
  return [...new Set(kept(podFields.spec, pod.spec as unknown as Data, 'spec'))];
}

function kept(support: Support, value: Data | undefined, path: string): string[] {
  if (isEmpty(value)) return [];
  if (support === 'acts') return [];
  if (support === 'kept') return [path];
  if (Array.isArray(value)) return value.flatMap((item) => kept(support, item, `${path}[]`));
  if (!isObject(value)) return [];
  return Object.entries(support).flatMap(([field, inner]) => {
    return Object.hasOwn(value, field) ? kept(inner, value[field], `${path}.${field}`) : [];
  });
}

/** What Kubernetes would not tell from an absent field. */
function isEmpty(value: Data | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
