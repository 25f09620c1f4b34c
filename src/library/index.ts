/**
 * Whittle as a library: ONNX models made smaller in this process, on onnxruntime's native kernels.
 *
 *     import { openModel, optimize } from 'whittle';
 *     const model = await openModel('model.onnx');
 *     const small = await optimize(model, { best: '4-bit', data: 'pictures/' });
 *     await small.save('small.onnx');
 *     await model.close();
 */
export { openModel, type Model, type ModelInput } from './model';
export { optimize, type Optimized, type OptimizeOptions } from './optimize';
export { compare, type CompareOptions } from './compare';
export { WhittleError, type ErrorCode } from '../base/errors';
export type { Data } from './data';
export type { OnProgress } from './progress';
export type { Compared, Report } from '../report/index';
export type { Card, Layer, ModelSummary, Recipe, Skipped } from '../engine/protocol/index';
