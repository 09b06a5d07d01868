import { PodError } from './pod-error.ts';

export type ConfigCode = 'CONFIG_SYNTAX' | 'CONFIG_INVALID';

/** A configuration file, environment variable or global flag cannot be used. The message names it. */
export class ConfigError extends PodError<ConfigCode> {}
