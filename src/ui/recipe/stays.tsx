import { counted } from '../../base/plural';
import { useMemo } from 'react';
import { byReason, whatStays } from '../../recipe/stays';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';

/**
 * How many weights the recipe stores in fewer bits, and what it leaves as it was, with the reasons: of the last preview, whose recipe it
 * names.
 */
export function Stays() {
  const opened = useDocument((state) => state.opened);
  const preview = useResults((state) => state.preview);
  const stored = useMemo(
    () =>
      opened &&
      preview &&
      whatStays({ recipe: preview.recipe, layers: opened.layers, skipped: opened.skipped, states: preview.layers, steps: preview.steps }),
    [opened, preview],
  );
  const stays = stored?.stays ?? opened?.skipped ?? [];
  if (stays.length === 0) return stored && <p className="recipe-skipped small quiet">{stored.totals}</p>;
  return (
    <details className="recipe-skipped small">
      <summary>{stored?.totals ?? counted(stays.length, 'constant is not a layer', 'constants are not layers')}</summary>
      <ul>
        {byReason(stays).map(({ reason, names }) => (
          <li key={reason}>
            <strong>{names.join(', ')}</strong> <span className="quiet">{reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
