import { Sparkles } from 'lucide-react';
import { useState } from 'react';
import type { Best, Recipe } from '../../engine/protocol/index';
import { formatBytes } from '../../base/format';
import { chooseBest } from '../../state/actions';
import { useDocument } from '../../state/document';
import { bitsStep } from '../../recipe/steps';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

/** A petabyte: beyond, sizes in bytes are no whole numbers any more. */
const MOST_KILOBYTES = 1e12;

/** One click to a recipe that suits a goal, and what was tried on the way. */
export function BestForm() {
  const original = useDocument((state) => state.opened?.summary.bytes ?? 0);
  const hasData = useDocument((state) => state.data !== null);
  const recipe = useRecipe((state) => state.recipe);
  const best = useResults((state) => (isFresh(state.best, recipe) ? (state.best?.value ?? null) : null));
  const [kilobytes, setKilobytes] = useState<number | null>(null);
  const size = kilobytes ?? Math.max(1, Math.round(original / 6000));
  return (
    <section className="best" aria-labelledby="best-title">
      <h3 id="best-title">
        <Sparkles size={14} aria-hidden /> One click
      </h3>
      <Help about="one click" terms={['bits', 'gptq', 'adaround', 'hqq', 'agreement', 'kl', 'calibration']} />
      <p className="small quiet">
        {hasData
          ? 'Tries several recipes on your samples and keeps the best.'
          : 'Tries several recipes and keeps the best. With samples it can do more.'}
      </p>
      <div className="best-goals">
        <MeasureButton what="Best 8-bit" learns onClick={() => chooseBest({ kind: 'bits', bits: 8 })} />
        <MeasureButton what="Best 4-bit" learns onClick={() => chooseBest({ kind: 'bits', bits: 4 })} />
      </div>
      <div className="best-goals">
        <label className="small">
          At most{' '}
          <input
            className="field"
            type="number"
            min={1}
            step={1}
            value={size}
            onChange={({ target }) =>
              Number.isFinite(target.valueAsNumber) &&
              target.valueAsNumber > 0 &&
              target.valueAsNumber <= MOST_KILOBYTES &&
              setKilobytes(target.valueAsNumber)
            }
          />{' '}
          kB
        </label>
        <MeasureButton what="Fit the size" learns onClick={() => chooseBest({ kind: 'bytes', bytes: size * 1000 })} />
      </div>
      {best && (
        <details className="small" open>
          <summary className={best.chosen ? undefined : 'warning'}>
            {best.chosen ? `${best.chosen.name}: ${formatBytes(best.chosen.bytes)}` : nothingFound(best, recipe)}
          </summary>
          <ul>
            {best.said.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

/** "No usable 4 bits found: 8 bits kept." */
function nothingFound({ goal }: Best, recipe: Recipe): string {
  const wanted = goal.kind === 'bits' ? `${goal.bits} bits` : `file of ${formatBytes(goal.bytes)}`;
  const step = recipe.passes[bitsStep(recipe)];
  const bits = step && step.overrides === undefined ? `${String(step.options?.['bits'] ?? 8)} bits` : null;
  return `No usable ${wanted} found: ${bits === null || bits === wanted ? 'the recipe stays as it was' : `${bits} kept`}.`;
}
