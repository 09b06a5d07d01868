import type { Drivers } from '../../contracts/drivers.ts';
import { UsageError } from '../../errors/usage-error.ts';
import type { Validation } from '../../kube/read.ts';
import { type Played, play } from '../../play/play.ts';
import { type Prepared, prepare } from '../../play/prepare.ts';
import { readFiles } from '../../play/read-files.ts';
import { takeDown } from '../../play/take-down.ts';
import { waitForEnd } from '../../play/wait-for-end.ts';
import { renderFaults } from '../../render/faults.ts';
import { renderPlayPlan } from '../../render/play-plan.ts';
import { renderDownReport, renderPlayReport } from '../../render/play-report.ts';
import { styleFor } from '../../render/style.ts';
import { parseAssignment } from '../../values/assignment.ts';
import { parsePublish } from '../../values/port.ts';
import { BaseCommand, flags } from '../base-command.ts';

export default class KubePlay extends BaseCommand {
  static override summary = 'Run the pods of Kubernetes manifests';
  static override aliases = ['play:kube'];
  static override operands = { usage: 'FILE... | - | URL', min: 1 };
  static override examples = [
    'pod play kube app.yaml',
    'pod play kube --replace app.yaml',
    'pod play kube - < app.yaml',
  ];
  static override flags = flags({
    annotation: {
      type: 'option',
      helpValue: 'NAME=VALUE',
      multiple: true,
      read: parseAssignment,
      summary: 'Add an annotation to the pods',
    },
    configmap: {
      type: 'option',
      helpValue: 'FILE',
      multiple: true,
      summary: 'File with ConfigMaps that the manifests refer to',
    },
    down: { type: 'boolean', hidden: true, summary: 'The same as `pod kube down`' },
    'dry-run': { type: 'boolean', summary: 'Check the manifests and print what would be created' },
    force: { type: 'boolean', summary: 'With --down: remove volumes, too' },
    network: {
      type: 'option',
      aliases: ['net'],
      helpValue: 'NAME',
      multiple: true,
      summary: 'host, none, or the network to join',
    },
    'no-pod-prefix': {
      type: 'boolean',
      summary: 'Name containers as in the manifest, without the name of the pod',
    },
    publish: {
      type: 'option',
      helpValue: '[[IP:]HOST:]CTR[/PROTO]',
      multiple: true,
      read: parsePublish,
      summary: 'Publish a port of the containers on the host',
    },
    quiet: { type: 'boolean', char: 'q', summary: 'Do not show how images are pulled' },
    replace: { type: 'boolean', summary: 'Remove pods of the same names first' },
    start: { type: 'boolean', default: true, summary: 'Start the pods after they were created' },
    'tls-verify': { type: 'boolean', default: true, summary: 'Check the certificates of registries' },
    validate: {
      type: 'option',
      helpValue: 'MODE',
      default: 'warn',
      implied: 'strict',
      read: readValidation,
      summary: 'What to do about unknown fields: warn, strict or ignore',
    },
    wait: {
      type: 'boolean',
      char: 'w',
      summary: 'Wait until the pods have ended or Ctrl-C, then remove all of it',
    },
  });

  async run(): Promise<void> {
    const { args, flags, given } = this.line(KubePlay);
    if (flags.force && !flags.down) {
      throw new UsageError({
        code: 'CONFLICTING_FLAGS',
        message: '--force may be specified only with --down',
      });
    }
    const engine = await this.engine();
    const files = await readFiles({ names: args, stdin: process.stdin, download: engine.download });
    const prepared = await prepare(engine.observers.store.objects, {
      files,
      configMaps: await readFiles({
        names: flags.configmap,
        stdin: process.stdin,
        download: engine.download,
      }),
      validate: flags.validate,
      options: {
        networks: flags.network,
        publish: flags.publish.flat(),
        annotations: Object.fromEntries(flags.annotation),
      },
      references: !flags.down,
    });
    this.#tell(prepared);
    if (flags['dry-run']) return this.print(renderPlayPlan(prepared.plan));
    const drivers = await engine.drivers();
    if (flags.down) {
      const taken = await takeDown(drivers, prepared.plan, {
        volumes: flags.force,
        objects: true,
        signal: this.signal,
      });
      this.print(renderDownReport(taken));
      return this.printOutcomes(taken.kept);
    }
    const played = await play(drivers, {
      plan: prepared.plan,
      source: args.join(' '),
      start: flags.start,
      replace: flags.replace,
      noPodPrefix: flags['no-pod-prefix'],
      ...(given.has('tls-verify') && { tlsVerify: flags['tls-verify'] }),
      signal: this.signal,
      warn: (message) => this.warn(message),
      ...(flags.quiet ? {} : { onProgress: (line: string) => process.stderr.write(`${line}\n`) }),
    });
    this.print(renderPlayReport(reportOf(played)));
    if (flags.wait && flags.start) await this.#wait(drivers, prepared, played);
    else for (const { failure } of played.pods) if (failure !== undefined) throw failure;
  }

  #tell({ warnings, notActedOn }: Prepared): void {
    if (warnings.length > 0)
      process.stderr.write(renderFaults(warnings, styleFor(process.stderr, process.env)));
    if (notActedOn.length > 0) this.warn(`not acted on yet: ${notActedOn.join(', ')}`);
  }

  async #wait(drivers: Drivers, { plan }: Prepared, { pods }: Played): Promise<void> {
    process.stderr.write('Use ctrl+c to clean up or wait for pods to exit\n');
    const failed = pods.find(({ failure }) => failure !== undefined)?.failure;
    const ids = pods.map(({ record }) => record.id);
    const code = failed === undefined ? await waitForEnd(drivers, ids, this.signal) : failed.exitCode;
    if (failed !== undefined) this.warn(failed.message);
    process.stderr.write('\nCleaning up containers, pods, and volumes...\n');
    const { kept } = await takeDown(drivers, plan, { volumes: true, objects: true });
    process.exitCode = code ?? 0;
    for (const { error } of kept) this.warn(error.message);
  }
}

function readValidation(text: string): Validation {
  if (text === 'warn' || text === 'strict' || text === 'ignore') return text;
  if (text === 'true') return 'strict';
  if (text === 'false') return 'ignore';
  throw new UsageError({
    code: 'BAD_FLAG_VALUE',
    message: `${JSON.stringify(text)} is none of warn, strict, ignore`,
  });
}

/** Podman lists a pod's lasting containers: not the infra container, and no init containers, which have ended. */
function reportOf({ pods, volumes, secrets }: Played) {
  const shown = ({ role }: { readonly role: string }) => role === 'app' || role === 'sidecar';
  return {
    volumes,
    secrets,
    pods: pods.map(({ record }) => ({
      id: record.id,
      containers: record.containers.filter(shown).map(({ id }) => id),
    })),
  };
}
