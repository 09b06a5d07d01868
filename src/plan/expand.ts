const REFERENCE = /\$(?:\$|\(([^)]*)\))/g;

/**
 * Expands `$(NAME)` with the kubelet's rules: `$$` is a literal `$`, and a reference to an unknown name, or one
 * that is not closed, stays as it was written.
 */
export function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (whole, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? whole),
  );
}
