/** Steps from an object to a value inside it: keys of maps and indexes of lists. */
export type Steps = readonly (string | number)[];

const plainKey = /^[A-Za-z_$][\w$-]*$/;

/** Writes steps as `spec.containers[0].image`; keys that need it are quoted, `metadata.annotations['team.test/x']`. */
export function formatPath(steps: Steps): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else if (plainKey.test(step)) path += path === '' ? step : `.${step}`;
    else path += `['${step.replace(/['\\]/g, '\\$&')}']`;
  }
  return path;
}

/** Reads what `formatPath` writes. Text that is no path gives the steps up to where it stops being one. */
export function parsePath(path: string): Steps {
  const steps: (string | number)[] = [];
  const step = /\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\.?([A-Za-z_$][\w$-]*)/y;
  for (let match = step.exec(path); match !== null; match = step.exec(path)) {
    const [, index, quoted, key] = match;
    if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'));
    else if (key !== undefined) steps.push(key);
  }
  return steps;
}
