import { strict as assert } from 'node:assert';
import { Machine } from '../host/machine.ts';
import { manifest } from '../host/manifest.ts';

/** Two pods, in two namespaces, with a bit of everything that can be looked at. */
const app = manifest`
  apiVersion: v1
  kind: Secret
  metadata: {name: cred}
  stringData: {password: hunter2}
  ---
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: data}
  spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  ---
  apiVersion: v1
  kind: Pod
  metadata:
    name: web
    labels: {app: web}
  spec:
    terminationGracePeriodSeconds: 0
    containers:
    - name: app
      image: localhost/busybox
      command: [sleep, "1000"]
      env:
      - {name: COLOUR, value: blue}
      - {name: PASSWORD, valueFrom: {secretKeyRef: {name: cred, key: password}}}
      - {name: URL, value: "http://me:$(PASSWORD)@host"}
      volumeMounts: [{name: data, mountPath: /data}]
    volumes:
    - {name: data, persistentVolumeClaim: {claimName: data}}
  ---
  apiVersion: v1
  kind: Pod
  metadata: {name: web, namespace: other}
  spec:
    terminationGracePeriodSeconds: 0
    containers:
    - name: app
      image: localhost/busybox
      command: [sleep, "1000"]
      securityContext: {runAsUser: 65534}
`;

describe('looking at things', () => {
  let machine: Machine;

  before(async () => {
    machine = await Machine.create();
    await machine.play(app);
  });

  after(async () => machine?.[Symbol.asyncDispose]());

  const line = async (...args: readonly string[]) => (await machine.ok(...args)).trimEnd();

  describe('inspect', () => {
    it('finds containers, images, volumes, networks and pods by name', async () => {
      const network = await line('inspect', '-f', '{{.HostConfig.NetworkMode}}', 'web-app');
      assert.match(network, /^container:[0-9a-f]{64}$/);
      assert.equal(
        await line('inspect', '-f', '{{.State.Status}} {{.Config.Image}}', 'web-app'),
        'running localhost/busybox',
      );
      assert.equal(
        await line('inspect', '-f', '{{.RepoTags}}', 'localhost/busybox'),
        '[localhost/busybox:latest]',
      );
      assert.equal(await line('inspect', '-f', '{{.UsedBy}}', 'data'), '[web]');
      assert.equal(await line('inspect', '-f', '{{.State}}', 'web'), 'Running');
      assert.equal(await line('inspect', '--type', 'pod', '-f', '{{.State}}', 'other/web'), 'Running');
      assert.equal(await line('pod', 'inspect', '-n', 'other', '-f', '{{.Namespace}}', 'web'), 'other');
    });

    it('shows no value of a Secret (C27)', async () => {
      for (const args of [
        ['inspect', 'web-app'],
        ['pod', 'inspect', 'web'],
        ['container', 'inspect', 'web-app'],
      ]) {
        assert.doesNotMatch(await machine.ok(...args), /hunter2/);
      }
      assert.match(
        await line('inspect', '-f', '{{.Config.Env}}', 'web-app'),
        /COLOUR=blue PASSWORD=\*+ URL=\*+/,
      );
    });

    it('prints what it found, and fails with 125 for what it did not', async () => {
      const { status, stdout, stderr } = await machine.pod('inspect', 'web-app', 'nothing');
      assert.equal(status, 125);
      assert.equal(JSON.parse(stdout).length, 1);
      assert.match(stderr, /no such object: "nothing"/);
      for (const group of ['container', 'pod', 'volume', 'network', 'image']) {
        assert.equal((await machine.pod(group, 'inspect', 'nothing')).status, 125, group);
      }
    });

    it("shows the Pod with its status beside Podman's fields", async () => {
      const [item] = JSON.parse(await machine.ok('pod', 'inspect', 'web'));
      assert.equal(item.Object.metadata.name, 'web');
      assert.equal(item.Object.status.phase, 'Running');
      assert.equal(item.Containers.length, item.NumContainers);
    });
  });

  describe('top', () => {
    it('shows processes with their numbers and users inside', async () => {
      assert.match(
        await line('top', 'web-app'),
        /^USER +PID +PPID +%CPU +ELAPSED +TTY +TIME +COMMAND\nroot +1 +0 .* sleep 1000$/,
      );
      assert.equal(
        await line('top', 'other/web-app', 'user', 'pid,comm'),
        'USER    PID  COMMAND\nnobody  1    sleep',
      );
    });

    it('shows all containers of a pod', async () => {
      assert.deepEqual((await line('pod', 'top', 'web', 'args')).split('\n'), [
        'COMMAND',
        '/pause',
        'sleep 1000',
      ]);
    });

    it('fails for a column or a name that there is not', async () => {
      assert.equal((await machine.pod('top', 'web-app', 'nothing')).status, 125);
      assert.equal((await machine.pod('top', 'nothing')).status, 125);
      assert.equal((await machine.pod('pod', 'top', 'nothing')).status, 125);
    });
  });

  describe('volumes, secrets and networks', () => {
    it('are listed', async () => {
      assert.equal(await line('volume', 'ls', '--format', '{{.Name}} {{.Driver}}'), 'data local');
      assert.match(await machine.ok('volume', 'ls'), /^DRIVER +VOLUME NAME +USED BY\nlocal +data +web\n$/);
      assert.equal(await machine.ok('volume', 'ls', '--noheading', '--filter', 'dangling=true'), '');
      assert.match(
        await machine.ok('secret', 'ls'),
        /^ID +NAME +TYPE +DATA +CREATED\n[0-9a-f]{25} +cred +Opaque +1 +\S.* ago\n$/,
      );
      assert.match(await machine.ok('network', 'ls', '--noheading'), /^[0-9a-f]{12} +pod-[0-9a-f]{8} +ptp /);
    });

    it("prints Podman's JSON of networks", async () => {
      const [network] = JSON.parse(await machine.ok('network', 'ls', '--format', 'json'));
      assert.equal(network.driver, 'ptp');
      assert.deepEqual(Object.keys(network.subnets[0]), ['subnet']);
      const [same] = JSON.parse(await machine.ok('network', 'inspect', network.name));
      assert.equal(same.id, network.id);
      assert.equal(Object.keys(same.pods).length, 2);
    });

    it('exist or not', async () => {
      for (const [group, name] of [
        ['container', 'web-app'],
        ['volume', 'data'],
        ['secret', 'cred'],
        ['pod', 'web'],
      ] as const) {
        assert.equal((await machine.pod(group, 'exists', name)).status, 0, group);
        assert.equal((await machine.pod(group, 'exists', 'nothing')).status, 1, group);
      }
    });

    it('shows a Secret without its values', async () => {
      const text = await machine.ok('secret', 'inspect', 'cred');
      assert.equal(JSON.parse(text)[0].Spec.Name, 'cred');
      assert.doesNotMatch(text, new RegExp(`hunter2|${Buffer.from('hunter2').toString('base64')}`));
    });

    it('removes no volume that a pod uses, and names the pod', async () => {
      const { status, stderr } = await machine.pod('volume', 'rm', 'data');
      assert.equal(status, 2);
      assert.match(stderr, /pod web\b/);
      assert.equal((await machine.pod('volume', 'rm', 'nothing')).status, 1);
      assert.equal((await machine.pod('volume', 'rm', '--force', 'nothing')).status, 0);
    });
  });

  describe('pruning', () => {
    it('asks, and without a terminal wants --force', async () => {
      for (const group of ['pod', 'container', 'volume', 'image', 'system']) {
        assert.equal((await machine.pod(group, 'prune')).status, 125, group);
      }
      assert.deepEqual(await machine.pod('network', 'prune', '--force'), {
        status: 0,
        stdout: '',
        stderr: '',
      });
    });

    it('removes what nothing uses, and no more', async () => {
      const ended = await machine.play(
        manifest`
          apiVersion: v1
          kind: PersistentVolumeClaim
          metadata: {name: unused}
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
          ---
          apiVersion: v1
          kind: Pod
          metadata: {name: done}
          spec:
            restartPolicy: Never
            containers: [{name: app, image: localhost/busybox, command: ["true"]}]
        `,
      );
      await machine.ok('wait', 'done-app');
      const id = /^Pod:\n([0-9a-f]{64})$/m.exec(ended)?.[1];
      const report = await machine.ok('system', 'prune', '--force', '--volumes');
      assert.match(
        report,
        new RegExp(`^Deleted Pods\n${id}\nDeleted Volumes\nunused\nTotal reclaimed space: [1-9]`),
      );
      assert.equal(await line('volume', 'ls', '-q'), 'data');
      assert.equal(await line('pod', 'ps', '-q', '--filter', 'name=done'), '');
      assert.equal(await line('inspect', '-f', '{{.State.Running}}', 'web-app'), 'true');
      assert.match(await machine.ok('images', '-q'), /./);
    });
  });

  describe('ps and pod ps', () => {
    it("print Podman's JSON", async () => {
      const [container] = JSON.parse(await machine.ok('ps', '--filter', 'ns=default', '--format', 'json'));
      assert.deepEqual(container.Names, ['web-app']);
      assert.deepEqual(container.Command, ['sleep', '1000']);
      assert.equal(typeof container.Created, 'number');
      assert.match(container.Id, /^[0-9a-f]{64}$/);
      const [pod] = JSON.parse(await machine.ok('pod', 'ps', '--filter', 'ns=default', '--format', 'json'));
      assert.equal(pod.Name, 'web');
      assert.equal(pod.Containers.length, 2);
      assert.ok(Date.parse(pod.Created) > 0);
    });

    it('filter, sort and cut', async () => {
      const names = async (...args: readonly string[]) =>
        (await machine.ok('ps', '--format', '{{.Names}}', ...args)).split('\n').slice(0, -1);
      assert.deepEqual(await names('--sort', 'names'), ['other/web-app', 'web-app']);
      assert.deepEqual(await names('--filter', 'volume=data'), ['web-app']);
      assert.deepEqual(await names('--filter', 'label=app=web', '--filter', 'pod=web'), ['web-app']);
      assert.deepEqual(await names('--filter', 'until=1h'), []);
      assert.equal((await names('--latest')).length, 1);
      assert.equal((await names('-n', '2')).length, 2);
      assert.equal((await machine.pod('ps', '--sort', 'nothing')).status, 125);
      assert.equal((await machine.pod('pod', 'ps', '--filter', 'nothing=1')).status, 125);
    });
  });

  describe('names', () => {
    const commands: readonly (readonly string[])[] = [
      ['inspect', 'NAME'],
      ['container', 'inspect', 'NAME'],
      ['logs', 'NAME'],
      ['container', 'logs', 'NAME'],
      ['top', 'NAME'],
      ['exec', 'NAME', 'true'],
      ['port', 'NAME'],
      ['container', 'exists', 'NAME'],
      ['wait', '--condition', 'running', 'NAME'],
      ['kill', '--signal', 'CONT', 'NAME'],
    ];
    let ids: { readonly container: string; readonly pod: string };

    before(async () => {
      const [container = '', pod = ''] = (
        await line('inspect', '-f', '{{.Id}} {{.Pod}}', 'other/web-app')
      ).split(' ');
      ids = { container: container.slice(0, 12), pod: pod.slice(0, 12) };
    });

    /** Runs a command with each name, side by side: all work but the one in a namespace that has none such. */
    async function works(command: readonly string[], names: readonly string[]): Promise<void> {
      const named = (name: string) => command.map((word) => (word === 'NAME' ? name : word));
      const [absent, ...present] = await Promise.all(
        [`nowhere/${names[0]}`, ...names].map((name) => machine.pod(...named(name))),
      );
      assert.deepEqual(
        present.map(({ status }) => status),
        names.map(() => 0),
      );
      assert.notEqual(absent?.status, 0);
    }

    for (const command of commands) {
      it(`of containers work in ${command.join(' ')}`, () =>
        works(command, ['web-app', 'other/web-app', ids.container]));
    }

    for (const command of ['inspect', 'logs', 'top', 'exists', 'start']) {
      it(`of pods work in pod ${command}`, () =>
        works(['pod', command, 'NAME'], ['web', 'other/web', ids.pod]));
    }
  });

  describe('info and version', () => {
    it('show what runs containers here', async () => {
      assert.match(await line('info', '--format', '{{.Host.OCIRuntime.Name}}'), /^(crun|runc)$/);
      assert.match(
        await line('info', '--format', '{{.Host.Conmon.Version}} {{.Host.NetworkBackend}}'),
        /^\d\S* cni$/,
      );
      assert.equal(
        await line('info', '--format', '{{.Store.GraphRoot}} {{.Store.GraphDriverName}}'),
        `${machine.root} overlay`,
      );
      const { Components } = JSON.parse(await machine.ok('version', '--format', 'json'));
      assert.deepEqual(Components.map(({ Name }: { readonly Name: string }) => Name).slice(1), ['conmon']);
    });
  });

  describe('events', () => {
    it('tell what was', async () => {
      const lines = (
        await line('events', '--since', '1h', '--stream=false', '--filter', 'container=web-app')
      ).split('\n');
      assert.match(
        lines[0] ?? '',
        /^\S+ \S+ \+0000 UTC container create [0-9a-f]{64} \(image=localhost\/busybox, name=web-app/,
      );
      assert.equal(await line('events', '--since', '1h', '--until', '59m'), '');
    });

    it('tell what comes, until Ctrl-C', async () => {
      const following = machine.start([
        'events',
        '--filter',
        'event=start',
        '--format',
        '{{.Status}} {{.Name}}',
      ]);
      const ended = new Promise((resolve) => following.on('exit', resolve));
      try {
        const text = new Promise<string>((resolve) => {
          following.stdout.once('data', (chunk: Buffer) => resolve(String(chunk)));
        });
        // Whatever starts before it listens is not told: so one after the other starts until one is.
        let told: string | undefined;
        void text.then((first) => (told = first));
        while (told === undefined) {
          await machine.ok('restart', '--time', '0', 'other/web-app');
          await Promise.race([text, new Promise((resolve) => setTimeout(resolve, 200))]);
        }
        assert.match(told, /^start web-app\n/);
      } finally {
        following.kill('SIGINT');
      }
      assert.equal(await ended, 0);
    });
  });

  describe('removal', () => {
    it("has Podman's exit codes, and prints the names that were given", async () => {
      assert.equal((await machine.pod('rm', 'nothing')).status, 1);
      assert.equal((await machine.pod('pod', 'rm', 'nothing')).status, 1);
      assert.equal((await machine.pod('rm', 'other/web-app')).status, 2);
      assert.equal((await machine.pod('pod', 'rm', 'other/web')).status, 2);
      assert.equal(await line('stop', '--timeout', '0', 'other/web-app'), 'other/web-app');
      assert.equal(await line('rm', '--force', '--time', '0', 'other/web-app'), 'other/web-app');
      for (const args of [['rm'], ['pod', 'rm']]) {
        const ignored = await machine.pod(...args, '-t', '0', '--force', '--ignore', 'nothing');
        assert.deepEqual(ignored, { status: 0, stdout: '', stderr: '' });
      }
    });
  });
});
