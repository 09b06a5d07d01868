/** What to do about fields that Kubernetes does not know. */
export type Validation = 'warn' | 'strict' | 'ignore';
