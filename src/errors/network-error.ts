import { PodError } from './pod-error.ts';

export type NetworkCode =
  | 'NETWORK_NOT_FOUND'
  | 'NETWORK_INVALID'
  | 'PLUGIN_MISSING'
  | 'PLUGIN_FAILED'
  | 'PORT_IN_USE'
  | 'ADDRESS_UNAVAILABLE'
  | 'PROTOCOL_UNSUPPORTED'
  | 'FIREWALL_FAILED'
  | 'NO_FREE_RANGE';

/** A pod could not be attached to its network, or a port could not be published. */
export class NetworkError extends PodError<NetworkCode> {}
