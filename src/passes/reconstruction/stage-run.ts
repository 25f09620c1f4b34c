/** Stages of a fit observed one after another, each from where an earlier one kept what it had computed. */
import type { NodeProto } from 'onnx-buf';
import { WhittleError } from '../../base/errors';
import { cutBehind } from '../../onnx/cut';
import { findLayers } from '../../onnx/layers';
import { indexShapes } from '../../onnx/shapes';
import { sizeOf } from '../../onnx/tensor';
import { indexValues } from '../../onnx/values';
import { KeptLost } from '../types';
import type { InputGram } from './gram';
import { KEEPS_NOTHING, observeGrams, seenInputs, type CutState, type GramsWanted, type Observed, type Through } from './observe-grams';

/** Multiply-accumulates that take as long as keeping one float and reading it again. */
const MACS_OF_A_FLOAT = 30;

/** What earlier stages of a fit have kept. Layers that a stage has seen are settled before the next one is observed. */
export class StageRun {
  private readonly observed: Observed;
  private state: CutState | null = null;

  constructor(observed: Observed) {
    this.observed = observed;
  }

  /**
   * Gram matrices of these layers' inputs.
   * @param later layers of stages to come, whose inputs need what is kept now.
   */
  async grams(wanted: GramsWanted, later: readonly string[]): Promise<ReadonlyMap<string, InputGram>> {
    const start = this.state;
    try {
      return await this.observe(wanted, { start, ...this.cutFor(wanted.ids, later) });
    } catch (error) {
      // A graph that takes one sample alone, or lost values, are seen only here: from the inputs it goes another way.
      const elsewhere = error instanceof KeptLost || (error instanceof WhittleError && error.code === 'runtime-failed');
      if (start === null || !elsewhere) throw error;
      this.release();
      return this.observe(wanted, { start: null, ...KEEPS_NOTHING });
    }
  }

  /** Frees what is kept. */
  release(): void {
    this.state?.kept.release();
    this.state = null;
  }

  private async observe(wanted: GramsWanted, through: Through): Promise<ReadonlyMap<string, InputGram>> {
    const { grams, kept } = await observeGrams(this.observed, wanted, through);
    if (kept !== null) {
      this.release();
      this.state = kept;
    }
    return grams;
  }

  /** The values behind which later stages may start, where that saves more than it costs. */
  private cutFor(ids: readonly string[], later: readonly string[]): Omit<Through, 'start'> {
    const { present } = this.observed;
    const { sources } = findLayers(present);
    const inputsOf = (some: readonly string[]): string[] =>
      seenInputs(sources.filter(({ layer }) => some.includes(layer.id))).map(({ input }) => input);
    const wanted = inputsOf(later);
    if (wanted.length === 0) return KEEPS_NOTHING;
    const macs = new Map<NodeProto, number>();
    const unsettled = new Set<NodeProto>();
    for (const { layer, uses } of sources) {
      for (const { node } of uses) {
        macs.set(node, (macs.get(node) ?? 0) + (layer.macs ?? 0) / uses.length);
        if (ids.includes(layer.id) || later.includes(layer.id)) unsettled.add(node);
      }
    }
    const starts = [...(this.state?.values.keys() ?? [])];
    const { live, between } = cutBehind(present, { starts, seen: inputsOf(ids), later: wanted, unsettled });
    const index = indexValues(present.proto);
    const shapes = indexShapes(index);
    const [main] = index.scopes;
    const saved = between.reduce((sum, node) => {
      const own = (main && shapes.find(main, node.output[0] ?? '')) ?? [];
      return sum + (macs.get(node) ?? sizeOf(own));
    }, 0);
    const fresh = live.filter((name) => !starts.includes(name));
    const floats = fresh.reduce((sum, name) => sum + sizeOf((main && shapes.find(main, name)) ?? []), 0);
    return saved >= MACS_OF_A_FLOAT * floats ? { keep: live, floats } : KEEPS_NOTHING;
  }
}
