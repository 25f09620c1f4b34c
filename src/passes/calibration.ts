import { WhittleError } from '../base/errors';
import type { ParameterInput } from '../onnx/live';
import type { Calibration, PassContext, ProbeWeight } from './types';

/** Inputs of a cut graph as a probe feeds them; `nameOf` where they go by other names there. */
export function probeWeights(
  inputs: readonly ParameterInput[],
  which: ProbeWeight['which'],
  nameOf = (name: string): string => name,
): ProbeWeight[] {
  return inputs.map(({ inputName, shape, id }) => ({ inputName: nameOf(inputName), shape, id, which }));
}

/**
 * The user's samples, for a pass that cannot do without.
 * @param what the method as the user chose it, e.g. `Rounding "gptq"`.
 * @throws WhittleError `bad-data` that names it.
 */
export function requireCalibration(context: Pick<PassContext, 'calibration'>, what: string): Calibration {
  if (context.calibration !== null) return context.calibration;
  throw new WhittleError(
    'bad-data',
    `${what} needs samples of what the model will see, and there are none.`,
    'Add data, or choose a method that needs none.',
  );
}
