import type { PassMeta } from '../options';

export const convertFloat16Meta: PassMeta = {
  id: 'convert-float16',
  label: 'Convert to half precision',
  explanation:
    'Stores float weights in 16 bits. Where the device computes in half precision the ' +
    'whole model is converted and runs faster too; elsewhere weights are widened at load.',
  formula: "w' = nearest IEEE 754 binary16 value: 11 significant bits, largest finite value 65504",
  source: 'IEEE 754-2008; Micikevicius et al. 2018, arXiv 1710.03740',
  kind: 'format',
  stores: 'half',
  inShort: () => 'float16',
  inName: () => 'fp16',
  leaves: { grid: 'what is quantized', table: 'what is clustered', integers: 'what is quantized' },
  fields: [
    {
      key: 'form',
      label: 'Form',
      help:
        'Weights: stored in 16 bits, computed in 32. Full: computed in 16 bits too, ' +
        'which needs a device with shader-f16. Auto: full where the device can.',
      type: 'choice',
      choices: [
        { value: 'auto', label: 'Auto' },
        { value: 'weights', label: 'Weights' },
        { value: 'full', label: 'Full' },
      ],
      default: 'auto',
    },
    {
      key: 'keepIo',
      label: 'Keep float32 inputs and outputs',
      help: 'The full form then casts at the border, so that programs which use the model need no change.',
      type: 'boolean',
      default: true,
      when: { form: ['auto', 'full'] },
    },
    {
      key: 'blockOps',
      label: 'Ops kept in float32',
      help: 'Op types that keep computing in 32 bits in the full form, separated by commas, e.g. Softmax, ReduceMean.',
      type: 'text',
      default: '',
      when: { form: ['auto', 'full'] },
    },
  ],
  layerFields: [],
};
