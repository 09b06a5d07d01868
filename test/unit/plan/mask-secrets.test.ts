import { strict as assert } from 'node:assert';
import type { ConfigMap, Container } from '../../../src/kube/wire.ts';
import { MASK, maskSecrets } from '../../../src/plan/mask-secrets.ts';

const configMaps = new Map<string, ConfigMap>([
  ['page', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'page' }, data: { colour: 'blue' } }],
]);

describe('masking of Secrets in environments', () => {
  const secret = (name: string) => ({ name, valueFrom: { secretKeyRef: { name: 'cred', key: 'k' } } });
  const cases: readonly {
    readonly title: string;
    readonly env?: Container['env'];
    readonly envFrom?: Container['envFrom'];
    readonly given: readonly string[];
    readonly masked: readonly string[];
  }[] = [
    {
      title: 'shows what comes from elsewhere',
      env: [{ name: 'A', value: '1' }],
      given: ['PATH=/bin', 'IMAGE=here', 'OTHER=x', 'A=1'],
      masked: [],
    },
    { title: 'hides a key of a Secret', env: [secret('PW')], given: ['PW=hunter2', 'X=1'], masked: ['PW'] },
    {
      title: 'hides what is made of one',
      env: [secret('PW'), { name: 'URL', value: 'http://$(PW)@h' }, { name: 'DEEP', value: '<$(URL)>' }],
      given: ['PW=hunter2', 'URL=http://hunter2@h', 'DEEP=<http://hunter2@h>'],
      masked: ['PW', 'URL', 'DEEP'],
    },
    {
      title: 'hides all of a whole Secret, whatever its keys are by now',
      envFrom: [{ prefix: 'S_', secretRef: { name: 'cred' } }, { configMapRef: { name: 'page' } }],
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '$(S_gone)' },
      ],
      given: ['HOSTNAME=web', 'IMAGE=here', 'S_gone=hunter2', 'colour=blue', 'A=1', 'B=hunter2'],
      masked: ['S_gone', 'B'],
    },
    {
      title: 'hides a value of a Secret that has the name of one of the image',
      envFrom: [{ secretRef: { name: 'cred' } }],
      given: ['IMAGE=hunter2'],
      masked: ['IMAGE'],
    },
    {
      title: 'keeps equals signs and line feeds',
      env: [{ name: 'A', value: 'x' }],
      given: ['A=b=c\nd'],
      masked: [],
    },
  ];

  for (const { title, env = [], envFrom = [], given, masked } of cases) {
    it(title, () => {
      const found = maskSecrets(given, {
        container: { name: 'main', env, envFrom },
        imageEnv: ['IMAGE=here'],
        configMaps,
      });
      const expected = given.map((line) => {
        const [name = ''] = line.split('=');
        return masked.includes(name) ? `${name}=${MASK}` : line;
      });
      assert.deepEqual(found, expected);
    });
  }
});
