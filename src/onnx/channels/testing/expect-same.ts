import { expect } from 'vitest';
import { noise } from '../../testing/noise';
import { floats, runModel } from '../../testing/ort';
import type { OnnxModel } from '../../types';
import { masked, removed } from './remove';

/** Without channels that nobody listens to, a network computes the same. @param gone roots of channels. */
export async function expectSame(model: OnnxModel, gone: ReadonlySet<number>, shape: readonly number[]): Promise<void> {
  const { graph } = model.proto;
  const input = graph?.input.find(({ name }) => !graph.initializer.some((tensor) => tensor.name === name))?.name ?? '';
  const feeds = { [input]: floats(shape, noise(shape.reduce((a, b) => a * b, 1))) };
  const [wanted, got] = [await runModel(masked(model, gone), feeds), await runModel(removed(model, gone), feeds)];
  for (const [name, values] of Object.entries(wanted)) {
    const most = values.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-9);
    expect(got[name]).toHaveLength(values.length);
    expect(Math.max(...values.map((v, at) => Math.abs(v - (got[name]?.[at] ?? NaN)))) / most).toBeLessThan(1e-4);
  }
}
