import { WhittleError } from '../base/errors';
import { arraySource, notLabels } from './array-source';
import { channelCount } from './card';
import { openNpyFile } from './npy-file';
import type { Problems } from './problems';
import { interleave, type Pixels, type RawLabel, type Source } from './source';
import type { CardInput, DataFile } from './types';

interface SampleShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  readonly planar: boolean;
}

/**
 * Samples of an npy file: [n, h, w], [n, h, w, 1 | 3 | 4], [n, 1 | 3 | 4, h, w], or [n, c*h*w]
 * in the card's layout. Bytes (u1) are an image's and may be resized; other numbers are taken as they are.
 */
export async function openNpy(file: DataFile, input: CardInput, labels: ArrayLike<RawLabel> | null, problems: Problems): Promise<Source> {
  const npy = await openNpyFile(file);
  const shape = sampleShape(file.path, npy.shape, input);
  const count = npy.shape[0] ?? 0;
  const { height, width, channels, planar } = shape;
  const size = height * width * channels;
  const read = async (index: number): Promise<Pixels> => {
    const values = await npy.read(index * size, size);
    if (values instanceof Uint8Array)
      return { height, width, channels, data: planar ? interleave(values, channels, new Uint8Array(size)) : values };
    const data = Float32Array.from(values);
    return { height, width, channels, data: planar ? interleave(data, channels, new Float32Array(size)) : data };
  };
  return arraySource({ count, size, available: npy.available, read }, labels, problems);
}

/** Labels of an npy file of shape [n] or [n, 1], whole numbers. */
export async function readNpyLabels(file: DataFile): Promise<ArrayLike<number>> {
  const npy = await openNpyFile(file);
  const { shape } = npy;
  const [count = 0, columns = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || columns !== 1) throw notLabels(`"${file.path}" has the shape [${shape.join(', ')}]`);
  return npy.read(0, count);
}

function sampleShape(path: string, shape: readonly number[], input: CardInput): SampleShape {
  const [, a = 0, b = 0, c = 0] = shape;
  const [height, width] = input.size;
  const values = channelCount(input) * height * width;
  if (shape.length === 2 && a === values) return { height, width, channels: channelCount(input), planar: input.layout === 'NCHW' };
  if (shape.length === 3) return { height: a, width: b, channels: 1, planar: false };
  const readings: SampleShape[] = [];
  const [first, last] = [channelsOf(a), channelsOf(c)];
  if (shape.length === 4 && first) readings.push({ height: b, width: c, channels: first, planar: true });
  if (shape.length === 4 && last) readings.push({ height: a, width: b, channels: last, planar: false });
  // [n, 1, 2, 3] can be read both ways: the one that is nearer to what the card wants.
  const [best] = readings.toSorted((x, y) => nearness(y, input) - nearness(x, input));
  if (best) return best;
  throw new WhittleError(
    'bad-data',
    `"${path}" has the shape [${shape.join(', ')}], which is not that of samples.`,
    `Samples are [n, h, w], [n, h, w, c], [n, c, h, w] with 1, 3 or 4 channels, or [n, ${values}].`,
  );
}

function nearness(shape: SampleShape, input: CardInput): number {
  const sized = shape.height === input.size[0] && shape.width === input.size[1];
  return (sized ? 4 : 0) + (shape.channels === channelCount(input) ? 2 : 0) + (shape.planar === (input.layout === 'NCHW') ? 1 : 0);
}

function channelsOf(n: number): 1 | 3 | 4 | null {
  return n === 1 || n === 3 || n === 4 ? n : null;
}
