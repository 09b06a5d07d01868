/** Network namespaces pinned under a folder, so that they live without a process. */
export interface Namespaces {
  /** Makes the folder that pins lie in, so that other tools that pin there leave ours reachable. May be repeated. */
  shareFolder(folder: string): Promise<void>;
  /** Makes a network namespace with loopback up and pins it at `path`. An existing pin is kept. */
  pinNetwork(path: string): Promise<void>;
  /** Unmounts and removes the pin. No error if there is none. */
  unpin(path: string): Promise<void>;
}
