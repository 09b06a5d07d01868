/** What is wrong with a name, and one that would do. */
export interface NameFault {
  readonly message: string;
  readonly suggestion?: string;
}

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const qualified = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** Checks an RFC 1123 label, as containers, volumes and namespaces are named: at most 63 of a-z, 0-9 and inner -. */
export function labelFault(name: string): NameFault | undefined {
  if (name.length <= 63 && label.test(name)) return undefined;
  const rule = 'lower-case letters, digits and - between them, at most 63 in all';
  return fault(name, rule, toLabel(name));
}

/** Checks an RFC 1123 subdomain, as most objects are named: labels joined by dots, at most 253. */
export function subdomainFault(name: string): NameFault | undefined {
  if (name.length <= 253 && subdomain.test(name)) return undefined;
  const rule = 'lower-case letters, digits, - and . between them, at most 253 in all';
  return fault(name, rule, toSubdomain(name));
}

/** Checks a port's name (RFC 6335): at most 15 of a-z, 0-9 and single inner -, with a letter. */
export function portNameFault(name: string): NameFault | undefined {
  if (name.length <= 15 && label.test(name) && /[a-z]/.test(name) && !name.includes('--')) return undefined;
  const rule = 'lower-case letters, digits and single - between them, a letter among them, at most 15 in all';
  return fault(name, rule, toLabel(name).replace(/-+/g, '-').slice(0, 15).replace(/-$/, ''));
}

/** Checks the key of a label or annotation: `name` or `domain/name`, the name at most 63. */
export function qualifiedNameFault(key: string): NameFault | undefined {
  const slash = key.indexOf('/');
  const prefix = slash === -1 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  if (prefix !== undefined && subdomainFault(prefix) !== undefined) {
    return { message: `before the slash of ${quote(key)} stands no domain name` };
  }
  if (name.length > 63) return { message: `${quote(key)} has ${name.length} characters, more than 63` };
  if (qualified.test(name)) return undefined;
  return { message: `${quote(key)} takes letters, digits and -, _ or . between them` };
}

/** Checks a label's value: empty, or at most 63 letters, digits and inner -, _ and . */
export function labelValueFault(value: string): NameFault | undefined {
  if (value === '') return undefined;
  if (value.length > 63) return { message: `the label's value has ${value.length} characters, more than 63` };
  if (qualified.test(value)) return undefined;
  const suggestion = value.replace(/[^-A-Za-z0-9_.]+/g, '-').replace(/^[-_.]+|[-_.]+$/g, '');
  return { message: `a label's value takes letters, digits and -, _ or . between them`, suggestion };
}

/** Checks the key of a ConfigMap or Secret: at most 253 letters, digits, -, _ and . */
export function dataKeyFault(key: string): NameFault | undefined {
  if (/^[-._a-zA-Z0-9]{1,253}$/.test(key) && key !== '.' && !key.startsWith('..')) return undefined;
  return {
    message: `the key ${quote(key)} takes letters, digits, -, _ and ., at most 253, and no leading ..`,
  };
}

/** Checks the name of an environment variable: printable ASCII without =. */
export function envNameFault(name: string): NameFault | undefined {
  if (/^[\x20-\x3C\x3E-\x7E]+$/.test(name)) return undefined;
  return { message: `the variable's name ${quote(name)} must be printable ASCII without =` };
}

/** The nearest RFC 1123 label: `My_App` becomes `my-app`. Empty where nothing is left. */
export function toLabel(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
}

/** The nearest RFC 1123 subdomain: `My_Pod.1` becomes `my-pod.1`. Empty where nothing is left. */
export function toSubdomain(name: string): string {
  const labels = name.split('.').map((part) => toLabel(part));
  return labels
    .filter((part) => part !== '')
    .join('.')
    .slice(0, 253)
    .replace(/[-.]+$/, '');
}

function fault(name: string, rule: string, suggestion: string): NameFault {
  const message = name === '' ? 'the name is empty' : `the name ${quote(name)} must be ${rule}`;
  return suggestion === '' ? { message } : { message, suggestion };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 77)}...` : text);
}
