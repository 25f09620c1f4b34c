import { parametersAsInputs } from '../../onnx/live';
import { floats, runModel, type Feeds } from '../../onnx/testing/ort';
import type { Applied } from './apply-pass';

/**
 * Runs the edited graph as the live session does, with weights as inputs. As initializers they would not do: onnxruntime (1.22 and later)
 * rounds float weights between quantized activations to int8 on its own.
 */
export async function runLive({ live, store, value }: Applied, feeds: Feeds): Promise<Record<string, number[]>> {
  const open = parametersAsInputs(
    live,
    store.layers.map((layer) => layer.id),
  );
  const weights = await Promise.all(
    open.inputs.map(async ({ inputName, id, shape }) => [inputName, floats(shape, await value(id))] as const),
  );
  return runModel(open.model, { ...feeds, ...Object.fromEntries(weights) });
}
