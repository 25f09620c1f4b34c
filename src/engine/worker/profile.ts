import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { nameNodes } from '../../onnx/names';
import { readModel } from '../../onnx/read';
import { splitModel } from '../../onnx/split';
import type { OnnxModel } from '../../onnx/types';
import type { Recipe } from '../../recipe/types';
import { profileModel } from '../../runtime/profile';
import type { Provider, Placement, SessionOptions } from '../../runtime/types';
import type { Profile } from '../protocol/index';
import { fit } from './feeds';
import { chooseSides, oneSample, usesHalf } from './pair';
import type { Workbench } from './workbench';

/** Where each node of the original and of the exported file runs, and how long it takes, one after the other. */
export async function profile(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  exported: Blob,
  ep: Provider,
  job: Job,
): Promise<Profile> {
  const feeds = await oneSample(bench, data, job);
  const sides = await chooseSides(bench, exported, usesHalf(recipe), feeds, ep, job);
  const place = (model: OnnxModel, options: SessionOptions): Promise<Placement> =>
    profileModel(bench.platform.runtime, splitModel(nameNodes(model)), options, (inputs) => fit(feeds, inputs), job);
  const before = await place(bench.doc.model, sides.before);
  const file = { name: bench.doc.model.name, bytes: await bench.doc.access.bytesOf(exported) };
  return { recipe, ep: sides.ep, before, after: await place(readModel([file]), sides.after) };
}
