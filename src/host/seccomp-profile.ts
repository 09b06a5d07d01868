import { join } from 'node:path';
import { HostError } from '../errors/host-error.ts';
import { readJson } from './files.ts';

/** The profile of containers-common, which Podman and CRI-O use as well. */
const DEFAULT_PROFILE = '/usr/share/containers/seccomp.json';

/** Where the kubelet and Podman look for profiles of type Localhost. */
const LOCALHOST_FOLDER = '/var/lib/kubelet/seccomp';

/**
 * A seccomp profile as parsed JSON: the default one, undefined where it is not installed; or, given a relative path, the
 * one in the kubelet's folder. Throws HostError FILE_UNREADABLE when that is missing or no JSON.
 */
export function seccompProfile(localhost?: string): unknown {
  if (localhost === undefined) return readJson(DEFAULT_PROFILE);
  const path = join(LOCALHOST_FOLDER, localhost);
  const profile = parsed(path);
  if (profile !== undefined) return profile;
  throw new HostError({
    code: 'FILE_UNREADABLE',
    message: `there is no seccomp profile ${path}`,
    hint: `put the profile there, or correct localhostProfile, which is relative to ${LOCALHOST_FOLDER}`,
  });
}

function parsed(path: string): unknown {
  try {
    return readJson(path);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new HostError({
      code: 'FILE_UNREADABLE',
      message: `the seccomp profile ${path} is no JSON`,
      cause,
    });
  }
}
