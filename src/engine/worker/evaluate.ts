import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { evaluateSides, type Side } from '../../measure/evaluate';
import type { EvaluationFigures } from '../../measure/evaluation';
import { datasetSamples } from '../../measure/samples';
import type { Recipe } from '../../recipe/types';
import type { FeedChoice } from '../../runtime/feeds';
import { PROVIDERS } from '../../runtime/providers';
import type { Provider, ValueInfo } from '../../runtime/types';
import type { Evaluation } from '../protocol/index';
import { fit } from './feeds';
import { nameAnswers } from './named-answers';
import type { Original } from './original';
import { chooseSides, oneSample, usesHalf } from './pair';
import { madeUpSamples, type ScoredInputs } from './trial-inputs';
import type { Evaluated, LiveBench, Workbench } from './workbench';

/** Made-up inputs compared when there are no data. */
const RANDOM_SAMPLES = 16;

/**
 * Accuracy (with labels) and agreement of the recipe's weights on the live session with the opened file: nothing is exported. `ep` null:
 * see `Workbench.live`.
 */
export async function evaluate(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  limit: number | null,
  ep: Provider | null,
  job: Job,
): Promise<Evaluation> {
  return onBothSides(bench, data, recipe, ep, job, async (inputs, original, after) => {
    return compared(bench, data, recipe, { ...inputs, of: 'live' }, original, after, limit, job);
  });
}

/** As `evaluate`, of the written file: the opened bytes against the written ones. */
export async function evaluateFile(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  file: Blob,
  limit: number | null,
  ep: Provider | null,
  job: Job,
): Promise<Evaluation> {
  const wanted = ep ?? (await bench.quickest(recipe.target, job)).ep;
  const sides = await chooseSides(bench, file, usesHalf(recipe), await oneSample(bench, data, job), wanted, job);
  const original = bench.original(sides.before, data);
  const release = original.session.hold();
  try {
    const { inputs } = await original.session.open();
    const { choice } = await bench.trials(data, job);
    const session = await bench.platform.runtime.create(await bench.doc.access.bytesOf(file), sides.after, job.signal);
    try {
      const after: Side = (feeds, signal) => session.run(fit(feeds, session.inputs), signal);
      return await compared(
        bench,
        data,
        recipe,
        { ...scoredInputs(data, inputs, choice, sides.ep), of: 'file' },
        original,
        after,
        limit,
        job,
      );
    } finally {
      await session.release();
    }
  } finally {
    release();
    if (bench.doc.large) await original.session.close();
  }
}

async function compared(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  { samples, madeUp, of }: ScoredInputs & Pick<Evaluation, 'of'>,
  {
    known,
    session: {
      run: before,
      options: { ep },
    },
  }: Original,
  after: Side,
  limit: number | null,
  job: Job,
): Promise<Evaluation> {
  const indices = bench.scoredOf(data, samples.length, limit);
  return told(await evaluateSides(samples, before, after, known, indices, job), { recipe, of, madeUp, ep }, data);
}

/** Figures with what they are of, in the names of the data. */
export function told(
  { answers, ...figures }: EvaluationFigures,
  of: Pick<Evaluation, 'recipe' | 'of' | 'madeUp' | 'ep'>,
  data: Dataset | null,
): Evaluation {
  return { ...of, ...figures, ...nameAnswers(answers, data?.classNames ?? null) };
}

/** Runs `work` with the opened file and the recipe's weights on the live session, and what is kept between evaluations. */
export async function onBothSides<T>(
  bench: Workbench,
  data: Dataset | null,
  recipe: Recipe,
  ep: Provider | null,
  job: Job,
  work: (evaluated: Evaluated, original: Original, after: Side) => Promise<T>,
): Promise<T> {
  const run = await bench.run(recipe, job);
  try {
    const kept = await bench.live(run, job, ep);
    const evaluated = evaluatedOn(kept, data);
    const after = await (await bench.liveAfter(run, job, ep)).live.bind(run, 'after');
    const original = bench.original(kept.live, data);
    const release = original.session.hold();
    try {
      return await work(evaluated, original, after.run);
    } finally {
      release();
      after.release();
      if (bench.doc.large) await original.session.close();
    }
  } finally {
    run.dispose();
  }
}

/** What is kept of evaluations on these data: made anew when the data are others. */
export function evaluatedOn(kept: LiveBench, data: Dataset | null): Evaluated {
  if (kept.evaluated?.data !== data) kept.evaluated = null;
  if (kept.evaluated === null) {
    const { live, choice } = kept;
    kept.evaluated = { data, ...scoredInputs(data, live.inputs, choice, live.ep), cells: new Map() };
  }
  return kept.evaluated;
}

/** The user's samples, or made-up inputs where there are none. */
function scoredInputs(data: Dataset | null, inputs: readonly ValueInfo[], choice: Partial<FeedChoice>, ep: Provider): ScoredInputs {
  const { samples, madeUp } =
    data === null ? madeUpSamples(inputs, RANDOM_SAMPLES, choice) : { samples: datasetSamples(data, inputs), madeUp: null };
  return { samples: { ...samples, batch: Math.min(samples.batch, PROVIDERS[ep].batch) }, madeUp };
}
