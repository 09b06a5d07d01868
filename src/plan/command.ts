import type { Container } from '../kube/wire.ts';
import type { ImageConfig } from '../oci/image-config.ts';
import { expand } from './expand.ts';

export interface CommandRequest {
  readonly container: Pick<Container, 'command' | 'args'>;
  readonly image: ImageConfig | undefined;
  /** The container's own variables, as `containerEnvironment` gives them. Those of the image are not seen here. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * What a container runs: `command` replaces the image's ENTRYPOINT and drops its CMD, `args` replaces the CMD
 * alone. `$(NAME)` is expanded in both. Empty when neither the image nor the manifest says what to run.
 */
export function containerCommand({ container, image, variables }: CommandRequest): readonly string[] {
  const written = (words: readonly string[] | undefined) =>
    words?.length ? words.map((word) => expand(word, variables)) : undefined;
  const command = written(container.command);
  const args = written(container.args);
  const cmd = command ? [] : (image?.config?.Cmd ?? []);
  return [...(command ?? image?.config?.Entrypoint ?? []), ...(args ?? cmd)];
}
