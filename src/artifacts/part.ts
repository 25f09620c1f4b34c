/** Files that are being written have names of their own, and are renamed when they are whole. */
const PREFIX = 'part-';
/** What nobody has finished by then belongs to a process that ended. */
export const ABANDONED_MS = 60 * 60 * 1000;

/** A name that no other process has. */
export function partName(): string {
  return PREFIX + crypto.randomUUID();
}

/** Whether the file is one that is being written, or was when its process ended. */
export function isPart(name: string): boolean {
  return name.startsWith(PREFIX);
}
