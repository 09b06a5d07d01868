import type { ContainerRecord } from '../contracts/records.ts';
import { displayName } from '../values/namespace.ts';

/** What a command that did something to a container prints: the word it was named by, or its id where it was not. */
export function givenAs(
  names: readonly string[],
): (container: { readonly record: ContainerRecord }) => string {
  return ({ record: { id, namespace, fullName } }) => {
    const own = [fullName, `${namespace}/${fullName}`, displayName(namespace, fullName)];
    return (
      names.find((name) => own.includes(name) || (/^[0-9a-f]+$/.test(name) && id.startsWith(name))) ?? id
    );
  };
}
