/**
 * Results that took long, on the user's own disk: found again by what they were made from, after a worker was replaced, a page loaded
 * anew, a process ended. Nothing here ever fails: what cannot be read is made again, what cannot be kept is not.
 */
export interface Artifacts {
  /** Whether there is a place for them at all; where there is none, what a result depends on need not be found out. */
  available(): Promise<boolean>;
  /** What was kept under this key; null where nothing is, or it is damaged. */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Keeps it, at the cost of those used least recently. */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Takes it away before its time. */
  remove(key: string): Promise<void>;
  usage(): Promise<ArtifactUsage>;
  clear(): Promise<void>;
}

export interface ArtifactUsage {
  readonly entries: number;
  readonly bytes: number;
  /** What they may take. */
  readonly budgetBytes: number;
}

/** Where artifacts lie: files of one folder. Several processes may hold one. Each call may throw. */
export interface Shelf {
  /** Of whole files alone: those being written are not there. */
  list(): Promise<readonly ShelfFile[]>;
  /** null where there is no such file. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The whole file or none, whatever ends the process; takes the place of one that is there. */
  write(name: string, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void>;
  /** The file was used now. */
  touch(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface ShelfFile {
  readonly name: string;
  readonly bytes: number;
  /** When it was written or touched last, in milliseconds since 1970. */
  readonly usedAt: number;
}
