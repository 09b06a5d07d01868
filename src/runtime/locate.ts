import { existsSync } from 'node:fs';
import { ProcessError } from '../errors/process-error.ts';
import { findProgram } from '../host/program.ts';

/** Where Podman and CRI-O bring what is not meant for people's PATH. */
const MORE_FOLDERS = [
  '/usr/local/libexec/podman',
  '/usr/local/lib/podman',
  '/usr/libexec/podman',
  '/usr/lib/podman',
  '/usr/libexec/crio',
];

/** The path of a program given by name or path; undefined where there is none that can be executed. */
export function locate(name: string): string | undefined {
  try {
    const path = findProgram(name, [process.env['PATH'] ?? '', ...MORE_FOLDERS].join(':'));
    return existsSync(path) ? path : undefined;
  } catch (error) {
    if (error instanceof ProcessError) return undefined;
    throw error;
  }
}
