import { metaOf } from '../../passes/metas';
import { defaultsOf, shownFields } from '../../passes/options';
import { ownOptions } from '../../recipe/options';
import { clearOverrides, pinnedLayers, setOverride, useRecipe } from '../../state/recipe';
import { OptionControl } from '../recipe/option-control';

/** What the passes do to this layer: as the recipe says, until a control here is moved; then the layer keeps its own. */
export function LayerSettings({ layer }: { readonly layer: string }) {
  const recipe = useRecipe((state) => state.recipe);
  const pinned = pinnedLayers(recipe).has(layer);
  const steps = recipe.passes.flatMap((step, index) => {
    const meta = metaOf(step.id);
    return meta && meta.layerFields.length > 0 && step.off !== true ? [{ step, index, meta }] : [];
  });
  return (
    <section className="inspector-part" aria-labelledby="layer-settings-title">
      <div className="part-head">
        <h3 id="layer-settings-title">This layer</h3>
        {pinned ? (
          <button type="button" className="button" onClick={() => clearOverrides(layer)}>
            Follow the recipe again
          </button>
        ) : (
          <span className="small quiet">follows the recipe</span>
        )}
      </div>
      {steps.map(({ step, index, meta }) => {
        const own = ownOptions(step, layer);
        const options = { ...defaultsOf(meta), ...step.options, ...own };
        return (
          <fieldset key={`${index}-${step.id}`} className="layer-step">
            <legend className="small quiet">{meta.label}</legend>
            {shownFields(meta, options)
              .filter(({ key }) => meta.layerFields.includes(key))
              .map((field) => (
                <OptionControl
                  key={field.key}
                  field={field}
                  value={options[field.key]}
                  own={field.key in own}
                  onChange={(value) => setOverride(index, layer, field.key, value)}
                />
              ))}
          </fieldset>
        );
      })}
      {steps.length === 0 && <p className="small quiet">No pass that is on has settings for single layers.</p>}
    </section>
  );
}
