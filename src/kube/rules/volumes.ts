import { isAbsolute } from 'node:path/posix';
import { labelFault } from '../../values/name.ts';
import type { KeyToPath, PodSpec, Volume } from '../wire.ts';
import { checkFieldPath, checkResourceField } from './env.ts';
import { reportName } from './metadata.ts';
import { checkInside, climbs } from './mounts.ts';
import { checkQuantity } from './quantity.ts';
import { checkOneOf, checkOneSet, checkRange, checkUnique, type Subject } from './subject.ts';

const hostPathTypes = [
  '',
  'DirectoryOrCreate',
  'Directory',
  'FileOrCreate',
  'File',
  'Socket',
  'CharDevice',
  'BlockDevice',
];

const sources = [
  'emptyDir',
  'hostPath',
  'configMap',
  'secret',
  'persistentVolumeClaim',
  'projected',
  'downwardAPI',
  'ephemeral',
  'image',
  'csi',
  'nfs',
  'iscsi',
  'fc',
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
] as const satisfies readonly (keyof Volume)[];

/** Checks the volumes of a pod. `folder` is what relative host paths start from. */
export function checkVolumes(spec: Subject<PodSpec>, folder: string | undefined): void {
  const volumes = spec.at('volumes').items();
  for (const volume of volumes) {
    reportName(volume.at('name'), labelFault(volume.value.name));
    checkSource(volume);
    checkHostPath(volume, folder);
    checkEmptyDir(volume);
    checkFiles(volume.at('configMap'), volume.value.configMap?.items !== undefined);
    checkFiles(volume.at('secret'), volume.value.secret?.items !== undefined);
    checkDownward(volume.at('downwardAPI'));
    checkProjected(volume);
    const claim = volume.at('persistentVolumeClaim').at('claimName');
    if (claim.value === '') claim.error('MISSING_FIELD', 'claimName is empty');
  }
  checkUnique(
    volumes.map((volume) => volume.at('name')),
    'the volume',
  );
}

/** A volume without a source is an emptyDir to Kubernetes, which is seldom what was meant. */
function checkSource(volume: Subject<Volume>): void {
  if (sources.some((source) => volume.value[source] !== undefined)) {
    checkOneSet(volume, sources, 'volume source');
    return;
  }
  const message = `the volume ${volume.value.name} has no source`;
  volume.warning('SUSPICIOUS', message, 'it will be an emptyDir; write emptyDir: {} to say so');
}

function checkHostPath(volume: Subject<Volume>, folder: string | undefined): void {
  const source = volume.at('hostPath');
  const path = source.at('path');
  checkOneOf(source.at('type'), hostPathTypes);
  if (path.value === undefined) return;
  if (path.value === '') path.error('BAD_VALUE', 'the path is empty');
  else if (climbs(path.value)) path.error('BAD_VALUE', `${path.value} must not contain ..`);
  else if (!isAbsolute(path.value) && folder === undefined) {
    const message = `${path.value} is relative, and this manifest lies in no folder`;
    path.error('BAD_VALUE', message, 'write an absolute path, or play a file');
  } else if (!isAbsolute(path.value)) {
    path.warning('SUSPICIOUS', `${path.value} is relative to the manifest; a cluster refuses it`);
  }
}

function checkEmptyDir(volume: Subject<Volume>): void {
  const medium = volume.at('emptyDir').at('medium');
  if (!medium.value?.startsWith('HugePages')) checkOneOf(medium, ['', 'Memory', 'HugePages']);
  checkQuantity(volume.at('emptyDir').at('sizeLimit'));
}

interface Files {
  readonly items?: KeyToPath[];
  readonly defaultMode?: number;
}

function checkFiles(source: Subject<Files | undefined>, listed: boolean): void {
  checkRange(source.at('defaultMode'), { least: 0, most: 0o777 });
  const items = listed ? source.at('items').items() : [];
  for (const item of items) {
    if (item.value.key === '') item.at('key').error('BAD_VALUE', 'the key is empty');
    if (item.value.path === '') item.at('path').error('BAD_VALUE', 'the path is empty');
    checkInside(item.at('path'));
    checkRange(item.at('mode'), { least: 0, most: 0o777 });
  }
  checkUnique(
    items.map((item) => item.at('path')),
    'the path',
  );
}

function checkDownward(source: Subject<Volume['downwardAPI']>): void {
  checkRange(source.at('defaultMode'), { least: 0, most: 0o777 });
  for (const item of source.at('items').items()) {
    checkInside(item.at('path'));
    checkRange(item.at('mode'), { least: 0, most: 0o777 });
    checkOneSet(item, ['fieldRef', 'resourceFieldRef'], 'source of the file');
    if (item.value.fieldRef !== undefined) checkFieldPath(item.at('fieldRef').at('fieldPath'), 'file');
    if (item.value.resourceFieldRef !== undefined) checkResourceField(item.at('resourceFieldRef'));
  }
}

function checkProjected(volume: Subject<Volume>): void {
  const projected = volume.at('projected');
  checkRange(projected.at('defaultMode'), { least: 0, most: 0o777 });
  for (const source of projected.at('sources').items()) {
    checkOneSet(
      source,
      ['configMap', 'secret', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'],
      'projected source',
    );
    checkFiles(source.at('configMap'), source.value.configMap?.items !== undefined);
    checkFiles(source.at('secret'), source.value.secret?.items !== undefined);
    checkDownward(source.at('downwardAPI'));
  }
}
