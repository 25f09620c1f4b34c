import { isTarget, TARGET_IDS, TARGETS } from '../../recipe/targets';
import { useDocument } from '../../state/document';
import { setTarget, useRecipe } from '../../state/recipe';
import { Segmented } from '../parts/segmented';
import { Help } from '../parts/help';

/** What the file is made for: passes, plans and one-click recipes differ by it. */
export function TargetChoice() {
  const target = useRecipe((state) => state.recipe.target);
  const hasGpu = useDocument((state) => state.environment?.compute.kind !== 'cpu');
  return (
    <div className="recipe-target">
      <span className="small" aria-hidden>
        Made for
      </span>
      <Segmented
        label="Made for"
        value={target}
        choices={TARGET_IDS.map((id) => ({ value: id, label: TARGETS[id].name }))}
        onChange={(next) => {
          if (isTarget(next)) setTarget(next);
        }}
      />
      <Help about="the target" terms={['webgpu', 'wasm']} />
      <span className="small quiet">{TARGETS[target].hint}</span>
      {TARGETS[target].gpu && !hasGpu && (
        <span className="small warning">There is no WebGPU here: it is run on WASM, on the processor.</span>
      )}
    </div>
  );
}
