const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Bytes in decimal units with three digits, as Podman prints them: `4.49 MB`, `532 B`. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}
