/** Layers whose rounding is chosen by what it does to their outputs on the user's samples. */
import type { Layer, Skipped, Storage } from '../../onnx/types';
import { fitLayersByOutput } from '../reconstruction/fit-layers';
import type { PassContext } from '../types';
import { roundByOutput, type GptqChoice } from './gptq';
import type { QuantizeSettings } from './settings';

/** A layer to round, with its form. */
export interface Planned {
  readonly layer: Layer;
  readonly settings: QuantizeSettings;
  readonly storage: Storage;
  /** Steps of AdaRound, where that rounds it. */
  readonly iterations: number;
}

/**
 * Rounds these layers by their outputs and puts them into the store. Layers whose inputs are not seen are returned with the reason, and
 * stay as they are.
 * @throws WhittleError `bad-data` without samples.
 */
export function roundLayersByOutput(
  context: PassContext,
  planned: readonly Planned[],
  choiceOf: (planned: Planned) => GptqChoice,
): Promise<readonly Skipped[]> {
  return fitLayersByOutput(
    context,
    planned.map((each) => ({ ...each, bits: each.settings.bits, inputs: each.settings.inputs })),
    {
      name: `Rounding ${[...new Set(planned.map(({ settings }) => `"${settings.rounding}"`))].join(' and ')}`,
      verb: 'Rounding',
      keyOf: ({ settings, storage, iterations }) => [settings, storage, iterations],
      fit: async (each, weights, inputs) => {
        const rounded = await roundByOutput(context.compute, weights, inputs, choiceOf(each));
        return typeof rounded === 'string'
          ? rounded
          : { values: rounded.values, encoding: { kind: 'grid', grid: rounded.grid, storage: each.storage } };
      },
    },
  );
}
