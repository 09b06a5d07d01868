import assert from 'node:assert/strict';
import { type Fault, ManifestError } from '../../../src/errors/manifest-error.ts';
import { type Manifests, readManifests, type Validation } from '../../../src/kube/read.ts';

/** Reads one manifest that lies in /x. */
export function read(text: string, validate: Validation = 'warn'): Manifests {
  return readManifests([{ name: 'app.yaml', text, folder: '/x' }], { validate });
}

/** Every fault of a manifest, warnings too, whether it is refused or not. */
export function faultsOf(text: string, validate: Validation = 'warn'): readonly Fault[] {
  try {
    return read(text, validate).warnings;
  } catch (error) {
    assert.ok(error instanceof ManifestError, String(error));
    return error.faults;
  }
}

/** A fault as `CODE line path`, warnings with a question mark. */
export function brief({ severity, code, line, path }: Fault): string {
  return `${code}${severity === 'warning' ? '?' : ''} ${line} ${path}`.trim();
}

/** A pod with one container, with lines put into the container, the spec and the metadata. */
export function pod({ container = '', spec = '', metadata = '' } = {}): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: p
${indented(metadata, 2)}spec:
  containers:
  - name: main
    image: localhost/busybox:latest
${indented(container, 4)}${indented(spec, 2)}`;
}

function indented(text: string, width: number): string {
  if (text === '') return '';
  return text
    .split('\n')
    .map((line) => `${' '.repeat(width)}${line}\n`)
    .join('');
}
