/** Files that are being written have names of their own, and are renamed when they are whole. */
const PREFIX = 'part-';
/** What nobody has finished by then belongs to a process that ended. */
export const ABANDONED_MS = 60 * 60 * 1000;

export function partName(): string {
  return PREFIX + crypto.randomUUID();
}

export function isPart(name: string): boolean {
  return name.startsWith(PREFIX);
}
