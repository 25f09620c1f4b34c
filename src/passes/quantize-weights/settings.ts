import { fitInputsOf, type FitInputs } from '../reconstruction/inputs-field';
import type { Options, OptionValue } from '../options';

/** Roundings that are fitted to what the layer's outputs are on the user's samples. */
export const BY_OUTPUT = ['gptq', 'adaround'] as const;

/** Whether this rounding is fitted to what layers put out on the user's samples: it needs them, and takes seconds a layer. */
export function isByOutput(rounding: OptionValue | undefined): boolean {
  return BY_OUTPUT.some((name) => name === rounding);
}

/** quantize-weights' options for one layer, typed. */
export interface QuantizeSettings {
  readonly bits: number;
  readonly symmetric: boolean;
  readonly granularity: 'channel' | 'tensor' | 'block';
  readonly blockSize: number;
  readonly range: 'mse' | 'minmax' | 'percentile';
  readonly percentile: number;
  readonly rounding: 'nearest' | 'gptq' | 'adaround' | 'hqq';
  readonly inputs: FitInputs;
  readonly storage: 'auto' | 'dequantize' | 'matmulnbits' | 'packed';
}

/** Reads options that the recipe's check has passed. */
export function settingsOf(options: Options): QuantizeSettings {
  return {
    bits: Number(options['bits']),
    symmetric: options['scheme'] !== 'asymmetric',
    granularity: oneOf(['channel', 'tensor', 'block'], options['granularity']),
    blockSize: Number(options['blockSize']),
    range: oneOf(['mse', 'minmax', 'percentile'], options['range']),
    percentile: Number(options['percentile']),
    rounding: oneOf(['nearest', 'gptq', 'adaround', 'hqq'], options['rounding']),
    inputs: fitInputsOf(options),
    storage: oneOf(['auto', 'dequantize', 'matmulnbits', 'packed'], options['storage']),
  };
}

function oneOf<T extends string>(choices: readonly [T, ...T[]], value: OptionValue | undefined): T {
  return choices.find((c) => c === value) ?? choices[0];
}
