import assert from 'node:assert/strict';
import type { Command, Exec } from '../../../src/contracts/exec.ts';
import { ProcessError } from '../../../src/errors/process-error.ts';
import { forgetUdpFlows } from '../../../src/network/udp-flows.ts';

const ports = [
  { hostIP: '0.0.0.0', hostPort: 80, containerPort: 80, protocol: 'tcp' },
  { hostIP: '0.0.0.0', hostPort: 5353, containerPort: 53, protocol: 'udp' },
  { hostIP: '127.0.0.1', hostPort: 514, containerPort: 514, protocol: 'udp' },
] as const;

function answering(complete: Exec['complete']): Exec {
  const none = () => Promise.reject(new TypeError('only complete is used'));
  return { complete, run: none, start: none };
}

describe('network/udp-flows', () => {
  it('forgets flows to the UDP ports, whether there are any or not', async () => {
    const commands: string[] = [];
    await forgetUdpFlows(
      answering(async ({ argv }: Command) => {
        commands.push(argv.join(' '));
        return { argv, status: 1, stdout: '', stderr: '0 flow entries have been deleted' };
      }),
      ports,
    );
    assert.deepEqual(commands, [
      'conntrack -D -p udp --orig-port-dst 5353',
      'conntrack -D -p udp --orig-port-dst 514 --orig-dst 127.0.0.1',
    ]);
  });

  it('does nothing where conntrack is not installed', async () => {
    await forgetUdpFlows(
      answering(({ argv }) => Promise.reject(new ProcessError({ code: 'NOT_FOUND', argv }))),
      ports,
    );
  });
});
