import type { Exec } from '../contracts/exec.ts';
import type { PortMapping } from '../contracts/network.ts';
import { ProcessError } from '../errors/process-error.ts';

/**
 * Makes the kernel forget flows of UDP to the given ports. To the kernel a client that keeps sending from one port
 * is one connection without end, which goes on to where it went at first: to nobody before the pod was there, and
 * to the old pod after it was replaced. Needs the program conntrack, and does nothing where it is not installed:
 * then such a client has to pause for the kernel's own timeout (30 s, or 2 min after an answer).
 */
export async function forgetUdpFlows(exec: Exec, ports: readonly PortMapping[]): Promise<void> {
  const udp = ports.filter(({ protocol }) => protocol === 'udp');
  try {
    // It exits with 1 when there was no such flow, which is as well.
    await Promise.all(udp.map((port) => exec.complete({ argv: ['conntrack', ...deletion(port)] })));
  } catch (error) {
    if (!(error instanceof ProcessError && error.code === 'NOT_FOUND')) throw error;
  }
}

function deletion({ hostIP, hostPort }: PortMapping): readonly string[] {
  const address = hostIP === '0.0.0.0' ? [] : ['--orig-dst', hostIP];
  return ['-D', '-p', 'udp', '--orig-port-dst', String(hostPort), ...address];
}
