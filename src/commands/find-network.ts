import type { NetworkInfo } from '../contracts/network.ts';
import { LifecycleError } from '../errors/lifecycle-error.ts';

/** The network that a name or a unique id prefix means. Throws LifecycleError NAME_AMBIGUOUS. */
export function findNetwork(networks: readonly NetworkInfo[], text: string): NetworkInfo | undefined {
  const named = networks.find(({ name }) => name === text);
  if (named !== undefined || !/^[0-9a-f]+$/.test(text)) return named;
  const prefixed = networks.filter(({ id }) => id.startsWith(text));
  if (prefixed.length > 1) {
    throw new LifecycleError({
      code: 'NAME_AMBIGUOUS',
      message: `more than one network has an ID that begins with "${text}"`,
      hint: 'write more digits of the ID',
    });
  }
  return prefixed[0];
}
