import {
  formatReference,
  isShortName,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../values/reference.ts';

/**
 * The full name under which something made here is stored: `localhost/` before a short name, `:latest` where no tag is
 * given. Throws ValueError BAD_REFERENCE.
 */
export function localName(name: string): string {
  return formatReference(withDefaultTag(localReference(name)));
}

function localReference(name: string): Reference {
  return parseReference(isShortName(name) ? `localhost/${name}` : name);
}
