import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Machine, POD } from '../host/machine.ts';
import { manifest } from '../host/manifest.ts';
import { until } from '../host/until.ts';

const run = (program: string, ...argv: readonly string[]) =>
  execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

interface Caller {
  readonly start: readonly string[];
  readonly background?: boolean;
  end(unit: string): void;
}

/** Each ends what it runs together with all its descendants, wherever they went: only another cgroup escapes it. */
const callers: Readonly<Record<string, Caller>> = {
  'a service': {
    start: ['--property=KillMode=control-group'],
    end: (unit) => void run('systemctl', 'stop', `${unit}.service`),
  },
  'a scope': {
    // systemd-run stays in the foreground with a scope.
    start: ['--scope', '--quiet'],
    background: true,
    end: (unit) => void run('systemctl', 'kill', '--signal=SIGKILL', `${unit}.scope`),
  },
  'a login session': {
    start: ['--property=PAMName=login', '--property=User=root'],
    end: (unit) => {
      const leader = run('systemctl', 'show', '--property=MainPID', '--value', `${unit}.service`);
      const session = /session-(\w+)\.scope/.exec(run('cat', `/proc/${leader}/cgroup`))?.[1];
      assert.ok(session, 'the command runs in no session');
      run('loginctl', 'terminate-session', session);
    },
  },
};

describe('the end of what called pod', () => {
  let machine: Machine;
  before(async () => {
    machine = await Machine.create();
  });
  after(() => machine[Symbol.asyncDispose]());

  for (const manager of ['systemd', 'cgroupfs']) {
    for (const [caller, { start, background, end }] of Object.entries(callers)) {
      it(`leaves pods running after ${caller}, with ${manager}`, async () => {
        const name = `left-${randomBytes(3).toString('hex')}`;
        const file = machine.file(manifest`
          apiVersion: v1
          kind: Pod
          metadata:
            name: ${name}
          spec:
            terminationGracePeriodSeconds: 0
            containers:
            - name: main
              image: localhost/busybox:latest
              command: [sleep, "100000"]
        `);
        const played = join(machine.folder, `${name}.played`);
        const child = `child-of-${name}`;
        const pod = [POD, ...machine.flags, '--cgroup-manager', manager, 'play', 'kube', file].join(' ');
        // What stays in the caller's cgroup shows that its end was a real one.
        const script = `${pod} && touch ${played}; exec -a ${child} sleep 100000`;
        const argv = [...start, `--unit=${name}`, 'bash', '-c', script];
        if (background) run('sh', '-c', 'systemd-run "$@" >/dev/null 2>&1 &', 'sh', ...argv);
        else run('systemd-run', ...argv);
        await until(async () => existsSync(played), Boolean);
        end(name);
        await until(
          async () => run('ps', '-eo', 'args').includes(child),
          (runs) => !runs,
        );

        assert.equal(await machine.exec(`${name}-main`, 'echo', 'still here'), 'still here');
        assert.match(await machine.ok('ps', '--format', '{{.Names}} {{.Status}}'), /main Up /);
        await machine.ok('pod', 'rm', '--force', '--time', '0', name);
      });
    }
  }
});
