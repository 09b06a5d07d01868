/** A manifest's text and where it came from. */
export interface ManifestFile {
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  readonly text: string;
  /** Absolute path of the folder it lies in, where it lies in one. */
  readonly folder?: string;
}
