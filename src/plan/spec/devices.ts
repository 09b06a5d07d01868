import type { DeviceRule, DeviceSpec } from '../../oci/runtime-spec.ts';
import { isPrivileged } from './privileged.ts';
import type { ContainerSpecRequest } from './request.ts';

/** Nodes beyond those that every runtime makes itself (null, zero, full, random, urandom, tty, console, ptmx). */
export function devices({ container, hostDevices = [] }: ContainerSpecRequest): readonly DeviceSpec[] {
  return isPrivileged(container) ? hostDevices : [];
}

/** Which devices may be used: all when privileged, else the runtime's own and those that are mounted. */
export function deviceRules({ container, mounts }: ContainerSpecRequest): readonly DeviceRule[] {
  if (isPrivileged(container)) return [{ allow: true, access: 'rwm' }];
  return [
    { allow: false, access: 'rwm' },
    ...mounts.flatMap(({ device, readOnly }) =>
      device ? [{ allow: true, ...device, access: readOnly ? 'r' : 'rwm' }] : [],
    ),
  ];
}
