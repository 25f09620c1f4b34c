// @ts-check
/** Makes a model smaller and tells what that cost: node optimize.mjs MODEL.onnx [SAMPLES] */
import { compare, openModel, optimize } from 'whittle';

const [path = 'model.onnx', samples] = process.argv.slice(2);
const model = await openModel(path);
console.log(`${model.summary.name}: ${model.layers.length} layers, ${model.summary.params} parameters`);

const small = await optimize(model, {
  recipe: { version: 1, target: 'wasm', passes: [{ id: 'fold-batchnorm' }, { id: 'quantize-weights', options: { bits: 8 } }] },
  ...(samples === undefined ? {} : { data: samples }),
  signal: AbortSignal.timeout(600_000),
  onProgress: ({ step, stage, done, total }) => console.error(`${step}: ${stage}, ${done} of ${total}`),
});
await small.save('small.onnx');
console.log(`${small.figures.before.bytes} bytes became ${small.figures.after.bytes}`);

const { agreement } = await compare(model, 'small.onnx');
console.log(`${agreement?.top1?.toFixed(1)} % of the answers are the same`);
await model.close();
