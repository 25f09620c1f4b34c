import { framed } from '../data/preprocess';
import type { Pixels } from '../data/source';
import type { CardInput, ImageDataset } from '../data/types';

/** How images are brought to the model's size: the shorter side before the middle is cut out, or straight (undefined). */
export type Crop = CardInput['resizeShorter'];

/** Shorter side before the crop, over the crop's: 256 to 224, as most ImageNet models were judged. */
const MARGIN = 256 / 224;

/** Samples in the model's frame, in every crop that is tried, decoded once. All that were asked for are kept. */
export class Frames {
  /** The likelier first. */
  readonly crops: readonly Crop[];
  /** 255 where the samples are numbers of 0 to 1, which stand for pixels of 0 to 255. */
  readonly pixelScale: number;
  private readonly dataset: ImageDataset;
  private readonly kept = new Map<number, ReadonlyMap<Crop, Pixels>>();

  private constructor(dataset: ImageDataset, sample: Pixels) {
    const { input } = dataset.card;
    const [height, width] = input.size;
    const numbers = sample.data instanceof Float32Array;
    this.dataset = dataset;
    this.pixelScale = numbers && sample.data.every((v) => v >= 0 && v <= 1) ? 255 : 1;
    const fits = numbers || (sample.height === height && sample.width === width);
    this.crops = fits ? [input.resizeShorter] : [input.resizeShorter ?? Math.round(Math.max(height, width) * MARGIN), undefined];
  }

  /** @param sample number of one that shows what the rest are. */
  static async of(dataset: ImageDataset, sample: number): Promise<Frames> {
    return new Frames(dataset, await dataset.pixels(sample));
  }

  async get(index: number, crop: Crop): Promise<Pixels> {
    const known = this.kept.get(index)?.get(crop);
    if (known) return known;
    const pixels = await this.dataset.pixels(index);
    const made = new Map(this.crops.map((each) => [each, framed(pixels, cropped(this.dataset.card.input, each))]));
    this.kept.set(index, made);
    return made.get(crop) ?? framed(pixels, cropped(this.dataset.card.input, crop));
  }
}

/** @param crop pixels of the shorter side before the middle is cut out; undefined: the whole image is squeezed into the input. */
export function cropped(input: CardInput, crop: Crop): CardInput {
  const { resizeShorter: _, ...rest } = input;
  return crop === undefined ? rest : { ...rest, resizeShorter: crop };
}
