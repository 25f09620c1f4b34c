/** What of each pass's work holds once the whole recipe has run: a report of something that a later pass replaced would be untrue. */
import { counted } from '../base/plural';
import type { PassMeta } from '../passes/options';
import type { Encoding } from '../passes/types';
import { replaces } from './contradictions';
import type { StepResult } from './steps';

/** A pass that ran, and how it left its layers stored. */
export interface Ran {
  readonly result: StepResult;
  readonly meta: PassMeta;
  readonly stored: ReadonlyMap<string, Encoding | null>;
}

/** The results, in their order, of what is left of them. @param storedNow how a layer is stored at the end. */
export function atTheEnd(ran: readonly Ran[], storedNow: (layerId: string) => Encoding | null): StepResult[] {
  return ran.map((each, at) => {
    const later = ran.slice(at + 1);
    const lost = new Map(
      each.result.changed.flatMap((id): [string, string][] => {
        const by = later.findLast((other) => other.stored.has(id) && isReplaced(each, other, id, storedNow));
        return by ? [[id, by.result.id]] : [];
      }),
    );
    return lost.size === 0 ? each.result : without(each.result, lost);
  });
}

/** By another form always; a pass that builds on what was stored may have kept its very grid. */
function isReplaced(earlier: Ran, later: Ran, id: string, storedNow: (layerId: string) => Encoding | null): boolean {
  if (replaces(earlier.meta, later.meta)) return true;
  const { stores } = earlier.meta;
  if (stores === undefined || later.meta.buildsOn?.includes(stores) !== true) return false;
  const [left, now] = [earlier.stored.get(id), storedNow(id)];
  return !(left?.kind === 'grid' && now?.kind === 'grid' && left.grid === now.grid);
}

function without(result: StepResult, lost: ReadonlyMap<string, string>): StepResult {
  const changed = result.changed.filter((id) => !lost.has(id));
  const by = [...new Set(lost.values())].join(' and ');
  const all = counted(result.changed.length, 'layer');
  const note =
    changed.length === 0
      ? `Of no effect on ${all}: ${by}, which comes later, stores the weights anew.`
      : `Holds at the end on ${changed.length} of ${all}: on the others ${by}, which comes later, stores the weights anew.`;
  return { ...result, changed, note };
}
