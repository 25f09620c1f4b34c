import { createYielder } from '../../base/yielder';
import { quietly, type Job } from '../../base/job';
import { compareSides, type Side } from '../../measure/evaluate';
import { keepingFeeds } from '../../measure/kept-feeds';
import { LossTally } from '../../measure/loss';
import type { Samples } from '../../measure/samples';
import type { Layer } from '../../onnx/types';
import type { LayerSketch } from '../../recipe/run';
import { layerState } from '../../recipe/states';
import { singleLayerRecipe, type SingleChange } from '../../recipe/steps';
import type { LayerState, Recipe } from '../../recipe/types';
import type { SensitivityCell, Skipped } from '../protocol/index';
import type { SwappableWeights } from './live';
import type { Original } from './original';
import type { Evaluated, Workbench } from './workbench';

/** A layer changed in one way; the sketch owns the value. */
interface Prepared {
  readonly run: LayerSketch;
  readonly state: LayerState;
}

/** One scan under way: its cells, what could not be tried, and the time spent in the runtime. */
export class Scan {
  readonly skipped: Skipped[] = [];
  resumed = 0;
  inferenceMs = 0;
  private readonly bench: Workbench;
  private readonly evaluated: Evaluated;
  private readonly samples: Samples;
  private readonly original: Original;
  private readonly weights: SwappableWeights;
  private readonly recipe: Recipe;
  private readonly indices: readonly number[];
  private readonly job: Job;
  /** Inner steps report nothing: the scan's own progress names layer and setting. */
  private readonly inner: Job;
  private readonly yieldTurn = createYielder();

  constructor(
    bench: Workbench,
    original: Original,
    evaluated: Evaluated,
    weights: SwappableWeights,
    recipe: Recipe,
    indices: readonly number[],
    job: Job,
  ) {
    this.bench = bench;
    this.original = original;
    this.evaluated = evaluated;
    this.samples = keepingFeeds(evaluated.samples);
    this.weights = weights;
    this.recipe = recipe;
    this.indices = indices;
    this.job = job;
    this.inner = quietly(job);
  }

  async run(
    layers: readonly Layer[],
    changes: readonly SingleChange[],
    onCell: (cell: SensitivityCell) => void,
  ): Promise<SensitivityCell[]> {
    const startedAt = Date.now();
    const total = layers.length * changes.length;
    const cells: SensitivityCell[] = [];
    for (const [l, layer] of layers.entries()) {
      const prepared = await this.prepareAhead(layer, changes);
      try {
        for (const [c, change] of changes.entries()) {
          const stage = `${layer.id}, ${describe(change)}`;
          this.job.onProgress({ stage, done: l * changes.length + c, total, startedAt });
          const cell = await this.cell(layer, change, prepared[c] ?? null);
          if (cell === null) continue;
          cells.push(cell);
          onCell(cell);
        }
      } finally {
        for (const each of prepared) each?.run.dispose();
      }
    }
    this.job.onProgress({ stage: 'Scanned', done: total, total, startedAt });
    return cells;
  }

  /**
   * All changes of a layer at once on a GPU, where each waits for several readbacks: together they wait once. Beside a running inference
   * they would slow it. On the CPU nothing is gained and each is made when it is its turn.
   */
  private async prepareAhead(layer: Layer, changes: readonly SingleChange[]): Promise<(Prepared | null)[]> {
    if (this.bench.platform.gpu === null) return [];
    const settled = await Promise.allSettled(
      changes.map(async (change) => (this.evaluated.cells.has(this.key(layer, change)) ? null : this.prepare(layer, change))),
    );
    const failed = settled.find((s) => s.status === 'rejected');
    const made = settled.map((s) => (s.status === 'fulfilled' ? s.value : null));
    if (failed === undefined) return made;
    for (const each of made) each?.run.dispose();
    throw failed.reason;
  }

  /** The kept cell, or one measured now; null where the layer cannot be changed so. */
  private async cell(layer: Layer, change: SingleChange, ahead: Prepared | null): Promise<SensitivityCell | null> {
    const key = this.key(layer, change);
    const kept = this.evaluated.cells.get(key);
    if (kept) {
      this.resumed += 1;
      return kept;
    }
    await this.yieldTurn();
    this.job.signal.throwIfAborted();
    const prepared = ahead ?? (await this.prepare(layer, change));
    if (prepared === null) return null;
    try {
      const cell = await this.measure(layer, change, prepared);
      this.evaluated.cells.set(key, cell);
      return cell;
    } finally {
      prepared.run.dispose();
    }
  }

  private async prepare(layer: Layer, change: SingleChange): Promise<Prepared | null> {
    const run = await this.bench.sketch(singleLayerRecipe(this.recipe, layer.id, change), layer.id, this.inner);
    try {
      const reason = run.steps.at(-1)?.skipped.find((s) => s.layer === layer.id)?.reason;
      if (reason !== undefined) {
        this.skipped.push({ layer: layer.id, reason: `${describe(change)}: ${reason}` });
        run.dispose();
        return null;
      }
      return { run, state: await layerState(run, this.bench.platform.compute, layer) };
    } catch (error) {
      run.dispose();
      throw error;
    }
  }

  private async measure(layer: Layer, { kind, value }: SingleChange, { run, state }: Prepared): Promise<SensitivityCell> {
    const changed = await this.weights.replacing(layer.id, await run.store.acquire(layer.id));
    try {
      const { known, logs, session } = this.original;
      const tally = new LossTally(known, logs);
      await compareSides(this.samples, this.timed(session.run), this.timed(changed.run), known, this.indices, tally, this.inner);
      const { paired: _paired, ...loss } = tally.result();
      return { layerId: layer.id, kind, value, ...loss, weightSqnrDb: state.sqnrDb, bytes: state.bytesAfter };
    } finally {
      changed.release();
    }
  }

  private timed(side: Side): Side {
    return async (feeds, signal) => {
      const from = performance.now();
      const outputs = await side(feeds, signal);
      this.inferenceMs += performance.now() - from;
      return outputs;
    };
  }

  /** What a cell depends on, beyond the graph and the data. */
  private key(layer: Layer, change: SingleChange): string {
    const { target, passes } = singleLayerRecipe(this.recipe, layer.id, change);
    return JSON.stringify([target, passes.at(-1), this.indices.length]);
  }
}

function describe({ kind, value }: SingleChange): string {
  return kind === 'bits' ? `${value} bits` : `${Math.round(value * 100)} % zeros`;
}
