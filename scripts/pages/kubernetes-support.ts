import { podFields, type Support } from '../../src/kube/fields.ts';
import { kinds } from '../../src/kube/kinds.ts';

const HEAD = `# What pod does with Kubernetes manifests

Made from \`src/kube/kinds.ts\` and \`src/kube/fields.ts\` by \`npm run docs\`. Every object is checked against the schema of its
kind. What is not acted on yet is kept: \`pod generate kube\` gives it back, and \`pod play kube\` names it in one warning.
`;

/** Which kinds and which fields of a Pod have an effect. */
export function kubernetesSupportPage(): string {
  const [acting, others] = [true, false].map((acts) =>
    [...kinds.values()].filter((kind) => kind.acts === acts).map(({ name }) => `\`${name}\``),
  );
  return [
    HEAD,
    '## Kinds\n',
    `Acted on: ${acting?.join(', ')}. A \`List\` stands for its items.\n`,
    `Read and checked, not acted on yet: ${others?.filter((name) => name !== '`List`').join(', ')}.\n`,
    '## Fields of a Pod\n',
    `\`metadata\`: names, namespaces, labels and annotations are acted on.\n`,
    ...Object.entries(sections).flatMap(([title, support]) => [`### ${title}\n`, table(support)]),
  ].join('\n');
}

const { containers, volumes, ...rest } = podFields.spec;
const { initContainers: _same, ...spec } = rest;

const sections: Readonly<Record<string, Support>> = {
  'The pod: `spec`': spec,
  'Containers: `spec.containers[]`, `spec.initContainers[]`': containers ?? 'kept',
  'Volumes: `spec.volumes[]`': volumes ?? 'kept',
};

function table(support: Support): string {
  const rows = paths(support, '');
  const width = Math.max(...rows.map(([path]) => path.length));
  const line = (path: string, effect: string) =>
    `| ${path.padEnd(width)} | ${effect.padEnd('acted on'.length)} |`;
  return [
    line('field', 'effect'),
    `| ${'-'.repeat(width)} | -------- |`,
    ...rows.map(([path, acts]) => line(path, acts ? 'acted on' : 'kept')),
    '',
  ].join('\n');
}

/** Each field with whether it is acted on. One whose parts are all alike stands for them. */
function paths(support: Support, path: string): readonly (readonly [string, boolean])[] {
  if (typeof support === 'string') return [[`\`${path}\``, support === 'acts']];
  const below = Object.entries(support).flatMap(([field, inner]) =>
    paths(inner, path === '' ? field : `${path}.${field}`),
  );
  const alike = path !== '' && below.every(([, acts]) => acts === below[0]?.[1]);
  return alike ? [[`\`${path}\``, below[0]?.[1] ?? false]] : below;
}
