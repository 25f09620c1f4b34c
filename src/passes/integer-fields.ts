/** Options of the passes whose layers compute on integers. Free of engine code, as metas are. */
import type { ChoiceField, NumberField } from './options';

export const weightBitsField: NumberField = {
  key: 'weightBits',
  label: 'Weight bits',
  help: 'Bits of each weight, stored in a byte. 7 keeps older CPUs (AVX2 without VNNI) from overflowing.',
  type: 'number',
  min: 4,
  max: 8,
  step: 1,
  default: 8,
  display: 'plain',
  control: 'slider',
};

export const weightScalesField: ChoiceField = {
  key: 'granularity',
  label: 'Weight scales',
  help: 'One scale for each output channel, or one for the whole weight.',
  type: 'choice',
  choices: [
    { value: 'channel', label: 'Channel' },
    { value: 'tensor', label: 'Tensor' },
  ],
  default: 'channel',
};

/** Keys of both, which a layer may override. */
export const INTEGER_LAYER_FIELDS: readonly string[] = [weightBitsField.key, weightScalesField.key];
