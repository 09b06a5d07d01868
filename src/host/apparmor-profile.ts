import type { Exec } from '../contracts/exec.ts';
import { HostError } from '../errors/host-error.ts';
import { ProcessError } from '../errors/process-error.ts';
import { readFile } from './files.ts';
import { findProgram } from './program.ts';

/** Every loaded profile, one a line: `name (mode)`. Missing where AppArmor is off. */
const LOADED = '/sys/kernel/security/apparmor/profiles';
const PARSER = 'apparmor_parser';
const DEFAULT = 'pod-default';

/**
 * What containers may do beyond their capabilities and namespaces: everything with their own files, processes and
 * network, but no mounts, no kernel parameters, and nothing with the devices and secrets that /proc and /sys show.
 * Signals come from the same profile, from the host, and from runtimes that a distribution confines.
 */
const DEFAULT_PROFILE = `profile ${DEFAULT} flags=(attach_disconnected,mediate_deleted) {
  network,
  capability,
  file,
  umount,
  signal (send, receive) peer=${DEFAULT},
  signal (receive) peer=unconfined,
  signal (receive) peer={,/usr/bin/,/usr/sbin/}{crun,runc},
  ptrace (trace, read) peer=${DEFAULT},
  ptrace (tracedby, readby),
  deny mount,
  deny /proc/* w,
  deny /proc/{acpi,bus,driver,fs,irq,scsi,sys,tty}/** w,
  deny /proc/{kcore,kmem,mem,sysrq-trigger} rwklx,
  deny /sys/{block,bus,class,dev,devices,hypervisor,kernel,module,power}/** wkl,
  deny /sys/fs/{[^c],c[^g]}** wkl,
  deny /sys/firmware/** rwkl,
  deny /sys/kernel/security/** rwkl,
}
`;

/**
 * The name of the AppArmor profile for a container: the one asked for, else the default one, which is loaded if the
 * kernel does not have it yet. Undefined where AppArmor is off or its parser is not installed: then nothing confines
 * containers, as with Podman. Throws HostError APPARMOR_FAILED for a profile that is not loaded or cannot be.
 */
export async function apparmorProfile(exec: Exec, asked?: string): Promise<string | undefined> {
  const loaded = readFile(LOADED)?.toString('utf8').split('\n');
  const has = (name: string) => loaded?.some((line) => line.startsWith(`${name} (`)) ?? false;
  if (asked !== undefined) {
    if (has(asked)) return asked;
    throw failed({
      message: `the AppArmor profile ${asked} is not loaded`,
      hint: `load it (${PARSER} -r FILE), or correct localhostProfile`,
    });
  }
  if (loaded === undefined || !hasParser()) return undefined;
  if (!has(DEFAULT)) await load(exec);
  return DEFAULT;
}

function hasParser(): boolean {
  try {
    findProgram(PARSER, process.env['PATH'] ?? '');
    return true;
  } catch (error) {
    if (error instanceof ProcessError) return false;
    throw error;
  }
}

async function load(exec: Exec): Promise<void> {
  // Two commands may both find it missing: the second replaces it by the same.
  const { status, stderr } = await exec.complete({
    argv: [PARSER, '--replace', '--skip-cache', '--quiet'],
    stdin: DEFAULT_PROFILE,
  });
  if (status !== 0) throw failed({ message: `the AppArmor profile cannot be loaded: ${stderr.trim()}` });
}

function failed(what: { readonly message: string; readonly hint?: string }): HostError {
  return new HostError({ code: 'APPARMOR_FAILED', kind: 'external', ...what });
}
