import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { Container, Pod } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';

export interface UserRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly image: ImageConfig | undefined;
}

/**
 * Who a container runs as, in the form that Users.resolve takes (`uid`, `uid:gid`, `name`, `name:group`, empty for
 * root): runAsUser and runAsGroup of the container, else of the pod, else the image's USER.
 */
export function containerUser(request: UserRequest): string {
  const { runAsUser, runAsGroup } = effective(request);
  const [imageUser = '', imageGroup] = (request.image?.config?.User ?? '').split(':');
  const user = runAsUser === undefined ? imageUser : String(runAsUser);
  const group = runAsGroup ?? (runAsUser === undefined ? imageGroup : undefined);
  return group === undefined ? user : `${user || '0'}:${group}`;
}

/**
 * The kubelet's check of runAsNonRoot: the user must be a number other than 0, since what a name stands for is
 * known only inside the image. Throws LifecycleError RUNS_AS_ROOT.
 */
export function verifyNonRoot(request: UserRequest): void {
  const { runAsNonRoot, runAsUser } = effective(request);
  if (!runAsNonRoot) return;
  const [imageUser = ''] = (request.image?.config?.User ?? '').split(':');
  const user = runAsUser === undefined ? imageUser || '0' : String(runAsUser);
  if (/^0*[1-9][0-9]*$/.test(user)) return;
  const isRoot = /^0+$/.test(user);
  const subject = `container ${request.container.name} of pod ${request.pod.metadata.name}`;
  throw new LifecycleError({
    code: 'RUNS_AS_ROOT',
    message: isRoot
      ? `${subject} must not run as root, but ${runAsUser === undefined ? 'its image does' : 'runAsUser is 0'}`
      : `${subject} must not run as root, and whether its image's user ${JSON.stringify(user)} is root cannot be told`,
    hint: 'set securityContext.runAsUser to a number other than 0',
  });
}

function effective({ pod, container }: UserRequest) {
  const [ofPod, own] = [pod.spec.securityContext, container.securityContext];
  return {
    runAsUser: own?.runAsUser ?? ofPod?.runAsUser,
    runAsGroup: own?.runAsGroup ?? ofPod?.runAsGroup,
    runAsNonRoot: own?.runAsNonRoot ?? ofPod?.runAsNonRoot,
  };
}
