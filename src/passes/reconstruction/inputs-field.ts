import type { ChoiceField, OptionValue, Options } from '../options';

/** Which inputs layers are fitted to, as the user chose it. 'auto': by the bits. */
export type FitInputs = 'auto' | 'original' | 'rounded';

/** The option of a pass that fits layers to their outputs; `when` says under which other options it matters. */
export function inputsField(when: Readonly<Record<string, readonly OptionValue[]>>): ChoiceField {
  return {
    key: 'inputs',
    label: 'Fit to inputs',
    help:
      'Of the original model, or of the model as rounded so far, ' +
      'so that later layers make up for earlier ones. Auto: rounded below 5 bits.',
    type: 'choice',
    choices: [
      { value: 'auto', label: 'Auto' },
      { value: 'original', label: 'Original' },
      { value: 'rounded', label: 'Rounded' },
    ],
    default: 'auto',
    when,
  };
}

/** A sketch of one layer knows nothing of the others: it is fitted to inputs of the original model. */
export function onOriginalInputs<S extends { readonly inputs: FitInputs }>(settings: S): S {
  return { ...settings, inputs: 'original' };
}

/** Reads the option, which the recipe's check has passed. */
export function fitInputsOf(options: Options): FitInputs {
  const { inputs } = options;
  return inputs === 'original' || inputs === 'rounded' ? inputs : 'auto';
}
