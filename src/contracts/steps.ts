/**
 * The named steps of bringing a pod up, in the order in which they first begin. Each is announced before its
 * effect; crash tests die at every one of them.
 */
export const playSteps = [
  'play.journal',
  'pod.reserve',
  'play.objects',
  'play.volumes',
  'pod.object',
  'sandbox.record',
  'sandbox.cgroup',
  'sandbox.netns',
  'sandbox.folder',
  'sandbox.volumes',
  'sandbox.network',
  'infra.create',
  'infra.start',
  'sandbox.files',
  'container.rootfs',
  'container.bundle',
  'container.create',
  'container.start',
  'pod.ready',
  'play.finish',
] as const;

/** The steps of taking a pod down. */
export const downSteps = [
  'pod.unwant',
  'container.signal',
  'sandbox.uncgroup',
  'pod.removing',
  'container.delete',
  'container.unmount',
  'infra.delete',
  'sandbox.detach',
  'sandbox.unpin',
  'sandbox.release',
  'sandbox.clear',
  'container.forget',
  'pod.unobject',
  'pod.forget',
] as const;

export type Step = (typeof playSteps)[number] | (typeof downSteps)[number];
