/** A few inputs that the opened file runs on, with what it answers: an exported file is run on the same. */
import { WhittleError } from '../../base/errors';
import type { Job } from '../../base/job';
import type { Dataset } from '../../data/types';
import { datasetSamples, randomSamples, type Samples } from '../../measure/samples';
import { scoredSamples } from '../../measure/split';
import { describeFeeds, findFeeds, type FeedChoice, type HostFeeds } from '../../runtime/feeds';
import type { HostTensor, Session, ValueInfo } from '../../runtime/types';
import type { InputsUsed } from '../protocol/index';
import { fit } from './feeds';

/** Enough that a wrong channel or bias shows in one of them. */
const TRIALS = 4;
/** Of a slow model fewer must do: every file is run on all of them. */
const TRIALS_MS = 1000;

export interface TrialInputs {
  readonly feeds: readonly HostFeeds[];
  /** Of the opened file, one for each of the feeds. */
  readonly outputs: readonly Readonly<Record<string, HostTensor>>[];
  readonly used: InputsUsed;
  /** How made-up inputs must be for the model to run; empty where the user's samples are fed. */
  readonly choice: Partial<FeedChoice>;
}

/** Samples for a score, and in words what they are. */
export interface ScoredInputs {
  readonly samples: Samples;
  /** null: samples of the user. */
  readonly madeUp: string | null;
}

/**
 * Runs the session of the opened file on some of the user's samples; where there are none, or they do not fit the model, on made-up inputs
 * of sizes that it runs with. Throws `runtime-failed` where it runs on neither.
 */
export async function trialInputs(session: Session, data: Dataset | null, job: Job): Promise<TrialInputs> {
  const { samples, madeUp, choice } = await inputsFor(session, data, job);
  const indices = scoredSamples(samples.length, TRIALS, []);
  const feeds: HostFeeds[] = [];
  const outputs: Readonly<Record<string, HostTensor>>[] = [];
  const startedAt = performance.now();
  for (const index of indices) {
    job.signal.throwIfAborted();
    if (feeds.length > 0 && performance.now() - startedAt > TRIALS_MS) break;
    const one = fit(await samples.feeds([index]), session.inputs);
    feeds.push(one);
    outputs.push(await session.run(one, job.signal));
  }
  return { feeds, outputs, used: { count: feeds.length, madeUp }, choice };
}

async function inputsFor(session: Session, data: Dataset | null, job: Job): Promise<ScoredInputs & Pick<TrialInputs, 'choice'>> {
  if (data !== null) {
    try {
      return { samples: datasetSamples(data, session.inputs), madeUp: null, choice: {} };
    } catch (error) {
      if (!(error instanceof WhittleError) || (error.code !== 'bad-card' && error.code !== 'bad-data')) throw error;
    }
  }
  const [found] = await findFeeds(session, job.signal, 1, 1);
  const choice = found?.choice ?? {};
  return { ...madeUpSamples(session.inputs, TRIALS, choice), choice };
}

/** Made-up inputs, with their scale in words. */
export function madeUpSamples(inputs: readonly ValueInfo[], count: number, choice: Partial<FeedChoice>): ScoredInputs {
  return { samples: randomSamples(inputs, count, choice), madeUp: describeFeeds(inputs, choice) };
}
