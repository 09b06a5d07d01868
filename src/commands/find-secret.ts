import { LifecycleError } from '../errors/lifecycle-error.ts';
import { StateError } from '../errors/state-error.ts';
import type { Secret } from '../kube/wire.ts';
import { secretId } from '../render/secrets.ts';

/**
 * The Secret that `NAME`, `NS/NAME` or a unique id prefix means. Throws StateError OBJECT_NOT_FOUND, LifecycleError
 * NAME_AMBIGUOUS.
 */
export function findSecret(secrets: readonly Secret[], text: string, namespace = 'default'): Secret {
  const [first = '', second] = text.split(/\/(.*)/s);
  const [wanted, name] = second === undefined ? [namespace, first] : [first, second];
  const named = secrets.find(
    ({ metadata }) => metadata.name === name && (metadata.namespace ?? 'default') === wanted,
  );
  if (named !== undefined) return named;
  const prefixed = /^[0-9a-f]+$/.test(text)
    ? secrets.filter((secret) => secretId(secret).startsWith(text))
    : [];
  if (prefixed.length > 1) {
    throw new LifecycleError({
      code: 'NAME_AMBIGUOUS',
      message: `more than one secret has an ID that begins with "${text}"`,
      hint: 'write more digits of the ID',
    });
  }
  const [found] = prefixed;
  if (found !== undefined) return found;
  throw new StateError({
    code: 'OBJECT_NOT_FOUND',
    message: `no secret with name or id "${text}": no such secret`,
    hint: '`pod secret ls` lists the secrets that there are',
  });
}
