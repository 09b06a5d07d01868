/** A node of the host's /dev. */
export interface HostDevice {
  readonly path: string;
  readonly type: 'c' | 'b';
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Which device a node stands for. */
export type DeviceIdentity = Pick<HostDevice, 'type' | 'major' | 'minor'>;
