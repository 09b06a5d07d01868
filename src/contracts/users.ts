/** Numbers for a `USER` or runAsUser, looked up in the container's own passwd and group files. */
export interface ResolvedUser {
  readonly uid: number;
  readonly gid: number;
  readonly additionalGids: readonly number[];
  readonly home: string;
  readonly name?: string;
}

export interface Users {
  /**
   * `user` is an image's USER or a number: `name`, `uid`, `name:group`, `uid:gid`; empty is root.
   * Reads /etc/passwd and /etc/group inside `rootfs` without leaving it. Throws RuntimeError CREATE_FAILED for an unknown name.
   */
  resolve(rootfs: string, user: string): Promise<ResolvedUser>;
}
