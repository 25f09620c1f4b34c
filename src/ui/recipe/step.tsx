import { agreeing, counted } from '../../base/plural';
import { ChevronDown, ChevronUp, Trash2 } from 'lucide-react';
import { useMemo, type KeyboardEvent } from 'react';
import { metaOf } from '../../passes/metas';
import { defaultsOf, shownFields } from '../../passes/options';
import { contradictionsOf } from '../../recipe/contradictions';
import type { RecipeStep } from '../../recipe/types';
import { useDocument } from '../../state/document';
import { moveStep, removeStep, setOff, setOption, useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { Toggle } from '../parts/toggle';
import { OptionControl } from './option-control';

interface StepProps {
  readonly step: RecipeStep;
  readonly index: number;
  readonly last: boolean;
}

/** One pass: switch, place in the order, controls from its fields, and what it did. */
export function Step({ step, index, last }: StepProps) {
  const meta = metaOf(step.id);
  if (!meta) return null;
  const options = { ...defaultsOf(meta), ...step.options };
  const shown = shownFields(meta, options);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    moveStep(index, event.key === 'ArrowUp' ? -1 : 1);
  };
  const on = step.off !== true;
  return (
    // Alt with an arrow moves the pass from any of its controls.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <li className="step" data-off={on ? undefined : true} onKeyDown={onKeyDown}>
      <div className="step-head">
        <span className="tiny quiet step-number">{index + 1}</span>
        <h3>{meta.label}</h3>
        <span className="step-tools">
          <button
            type="button"
            className="button plain"
            disabled={index === 0}
            aria-label={`Move ${meta.label} up`}
            onClick={() => moveStep(index, -1)}
          >
            <ChevronUp size={14} aria-hidden />
          </button>
          <button
            type="button"
            className="button plain"
            disabled={last}
            aria-label={`Move ${meta.label} down`}
            onClick={() => moveStep(index, 1)}
          >
            <ChevronDown size={14} aria-hidden />
          </button>
          <button type="button" className="button plain" aria-label={`Remove ${meta.label}`} onClick={() => removeStep(index)}>
            <Trash2 size={13} aria-hidden />
          </button>
        </span>
        <Toggle bare label={`${meta.label} on`} checked={on} onChange={(checked) => setOff(index, !checked)} />
      </div>
      {on && <Contradicted index={index} />}
      {on && <StepNote index={index} step={step} />}
      {on &&
        shown.map((field) => (
          <OptionControl
            key={field.key}
            field={field}
            value={options[field.key]}
            onChange={(value) => setOption(index, field.key, value)}
          />
        ))}
      {on && (
        <details className="tiny quiet step-method">
          <summary>Method</summary>
          <p>{meta.explanation}</p>
          <p>
            {meta.formula} ({meta.source})
          </p>
        </details>
      )}
    </li>
  );
}

/** Earlier passes that this one stands in the way of, before anything runs. */
function Contradicted({ index }: { readonly index: number }) {
  const recipe = useRecipe((state) => state.recipe);
  const layers = useDocument((state) => state.opened?.layers ?? null);
  const found = useMemo(() => contradictionsOf(recipe, layers).filter(({ later }) => later === index), [recipe, layers, index]);
  return found.map(({ earlier, words }) => (
    <p key={earlier} className="small warning" role="note">
      {words}
    </p>
  ));
}

/** What the pass said of the last preview: its effect, and layers it could not touch with the reason. */
function StepNote({ index, step }: { readonly index: number; readonly step: RecipeStep }) {
  const recipe = useRecipe((state) => state.recipe);
  const preview = useResults((state) => state.preview);
  // Passes that are off leave no report, so a step's report stands at its place among those that ran.
  const place = recipe.passes.slice(0, index).filter((other) => other.off !== true).length;
  const report = preview?.steps[place];
  if (report?.id !== step.id) return null;
  const pinned = Object.keys(step.overrides ?? {}).length;
  return (
    <>
      <p className={`small ${isFresh(preview, recipe) ? 'quiet' : 'stale'}`}>
        {report.note}
        {pinned > 0 && ` ${counted(pinned, 'layer has', 'layers have')} settings of ${agreeing(pinned, 'its', 'their')} own.`}
      </p>
      {report.skipped.length > 0 && (
        <details className="small">
          <summary className="warning">{report.skipped.length} not touched</summary>
          <ul>
            {report.skipped.map(({ layer, reason }) => (
              <li key={layer}>
                <strong>{layer}</strong> <span className="quiet">{reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
