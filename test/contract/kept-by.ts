import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Drivers } from '../../src/contracts/drivers.ts';
import { fakeMachine } from '../fakes/drivers.ts';

/** Makes a driver, or what a suite needs beside it, in a fresh folder. */
export type Open<Subject> = (folder: string) => Subject | Promise<Subject>;

/**
 * Runs one suite of promises on every driver that keeps a contract. Each promise gets a driver of its own. What is
 * still mounted in its folder at the end fails it.
 */
export function keptBy<Subject>(
  contract: string,
  drivers: Readonly<Record<string, Open<Subject>>>,
  promises: (subject: () => Subject) => void,
): void {
  for (const [name, open] of Object.entries(drivers)) {
    describe(`${contract} of ${name}`, () => {
      let folder: string;
      let subject: Subject | undefined;

      beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), 'pod-contract-'));
        subject = await open(folder);
      });
      afterEach(() => rmSync(folder, { recursive: true }));

      promises(() => {
        assert.ok(subject !== undefined);
        return subject;
      });
    });
  }
}

/** A driver of the machine that only remembers. */
export function fake<Name extends keyof Drivers>(name: Name): Open<Drivers[Name]> {
  return (folder) => fakeMachine(folder).drivers[name];
}
