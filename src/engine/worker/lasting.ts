/** Results of passes that took long are kept, and this is what tells them from those of another model, device or build. */
import { Sha256, sha256 } from '../../base/sha256';
import { loaded } from '../../base/stored-bytes';
import type { Lasting } from '../../recipe/results';
import type { Document } from './document';
import type { Platform } from './platform';

/** Artifacts, and the version of the code whose results they are. */
export interface Keeper extends Pick<Lasting, 'artifacts' | 'slowMs'> {
  readonly version: string;
}

/** What takes longer is kept: finding it again takes about this at most. */
export const SLOW_MS = 1000;

/** Results over this model on this device. */
export function lastingOf({ artifacts, slowMs, version }: Keeper, doc: Document, { compute, runtime }: Platform): Lasting {
  let model: Promise<string> | null = null;
  const { kind, name } = compute.info;
  return {
    artifacts,
    slowMs,
    async origin() {
      model ??= modelContent(doc);
      return JSON.stringify([version, await model, kind, name, runtime.providers]);
    },
  };
}

/** Pieces that the platform's own SHA-256 takes at once. */
const PIECE_BYTES = 64 * 2 ** 20;

/** The file's SHA-256, with those of the files that its weights lie in. */
async function modelContent({ sha256: own, model }: Document): Promise<string> {
  const { external } = model.source;
  if (external.length === 0) return own;
  const sum = new Sha256().update(new TextEncoder().encode(own));
  for (const bytes of new Set(external.map((file) => file.bytes))) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = await sha256(loaded(bytes.subarray(at, Math.min(at + PIECE_BYTES, bytes.length))), NEVER);
      sum.update(new TextEncoder().encode(piece));
    }
  }
  return sum.hex();
}

const NEVER = new AbortController().signal;
