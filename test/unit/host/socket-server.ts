import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/**
 * Node cannot listen on SOCK_SEQPACKET. This accepts one connection, sends every packet back in capitals, and closes
 * after "bye". It listens in the folder it is started in, so the length of the folder's path does not matter.
 */
const SERVER = `
use Socket;
socket(my $listener, AF_UNIX, SOCK_SEQPACKET, 0) or die "socket: $!";
bind($listener, pack_sockaddr_un($ARGV[0])) or die "bind: $!";
listen($listener, 8) or die "listen: $!";
$| = 1;
print "ready\\n";
accept(my $peer, $listener) or die "accept: $!";
while (defined recv($peer, my $packet, 65536, 0)) {
  last if $packet eq '' or $packet eq 'bye';
  send($peer, uc $packet, 0) or die "send: $!";
}
`;

/** Starts it and returns once it listens. */
export async function packetServer(folder: string, name: string): Promise<ChildProcess> {
  const child = spawn('perl', ['-e', SERVER, name], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}
