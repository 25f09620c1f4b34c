import { frameFor } from '../../data/guess/frame';
import type { ModelSummary } from '../../engine/protocol/index';

/** Any picture: its size does not matter, since it is brought to the model's. */
const PICTURE = { height: 1, width: 1, channels: 3, numbers: false, photo: true } as const;

/** Whether the model has one input, of a picture's shape. */
export function takesPictures({ inputs: [input, ...others] }: ModelSummary): boolean {
  return (
    input !== undefined &&
    others.length === 0 &&
    frameFor({ name: input.name, type: input.type, dims: input.shape ?? [] }, PICTURE) !== null
  );
}
