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
        choices={[
          { value: 'webgpu', label: 'WebGPU' },
          { value: 'wasm', label: 'WASM' },
        ]}
        onChange={(next) => setTarget(next === 'wasm' ? 'wasm' : 'webgpu')}
      />
      <Help about="the target" terms={['webgpu', 'wasm']} />
      <span className="small quiet">
        {target === 'wasm' ? 'Processors: 8-bit integers are faster there.' : 'GPUs: they compute in floats.'}
      </span>
      {target === 'webgpu' && !hasGpu && (
        <span className="small warning">There is no WebGPU here: it is run on WASM, on the processor.</span>
      )}
    </div>
  );
}
