const armed = process.env['POD_TEST'] === '1' ? process.env['POD_FAULT'] : undefined;

/**
 * A named place where crash tests let the process die, as if by SIGKILL from outside.
 * Does nothing unless the environment says POD_TEST=1 and POD_FAULT is this very name.
 */
export function faultPoint(name: string): void {
  if (armed === name) process.kill(process.pid, 'SIGKILL');
}
