import { contradictionsOf } from '../../recipe/contradictions';
import { describeRecipe, type StepWords } from '../../recipe/describe';
import { defaultRecipe } from '../../recipe/defaults';
import { TARGETS } from '../../recipe/targets';
import { isDefaultRecipe } from '../../state/address';
import { useDocument } from '../../state/document';
import { setRecipe, useRecipe } from '../../state/recipe';
import { useView } from '../../state/view';

/**
 * What the address brings before a model is open: a recipe in words, and what of it needs samples. Over an open model its sliders say all
 * this.
 */
export function RecipeBrought() {
  const recipe = useRecipe((state) => state.recipe);
  const isOpen = useDocument((state) => state.opened !== null);
  const reloaded = useView((state) => state.reloaded);
  const brings = !isDefaultRecipe(recipe);
  if (isOpen || (!brings && !reloaded)) return null;
  const steps = describeRecipe(recipe);
  return (
    <section className="notice brought" aria-labelledby="brought-title">
      <h2 id="brought-title">
        {reloaded ? 'The model that was open is gone: a page keeps none over a reload' : 'This link brings a recipe'}
      </h2>
      {reloaded && <p>{brings ? 'Its recipe is kept, and waits for the model that you open:' : 'Open it again.'}</p>}
      {brings && (
        <>
          <p>
            Made for {TARGETS[recipe.target].name}, on {TARGETS[recipe.target].machines}.
            {steps.length === 0 && ' It has no passes: the model stays as it is.'}
          </p>
          <ol>
            {steps.map((step, i) => (
              // A pass may stand in the list twice.
              // oxlint-disable-next-line react/no-array-index-key
              <Step key={i} step={step} />
            ))}
          </ol>
          {steps.some(({ samples }) => samples === 'needed') && (
            <p>
              <strong>It needs samples</strong> of what the model will see: open the model, then add a few hundred on the Data page. Until
              then the passes marked above stop the recipe.
            </p>
          )}
          {contradictionsOf(recipe, null).map(({ words, earlier, later }) => (
            <p key={`${earlier} ${later}`} className="warning">
              {words}
            </p>
          ))}
          <p className="row">
            <button type="button" className="button" onClick={() => setRecipe(defaultRecipe)}>
              Begin with the usual recipe instead
            </button>
          </p>
        </>
      )}
    </section>
  );
}

const SAMPLES: Readonly<Record<StepWords['samples'], string>> = { needed: 'needs samples', used: 'does more with samples', none: '' };

function Step({ step: { label, settings, off, samples } }: { readonly step: StepWords }) {
  return (
    <li className={off ? 'quiet' : undefined}>
      <strong>{label}</strong>
      {settings.length > 0 && `: ${settings.join(', ')}`}
      {off && ', switched off'}
      {samples !== 'none' && <span className={samples === 'needed' ? 'warning' : 'quiet'}> ({SAMPLES[samples]})</span>}
    </li>
  );
}
