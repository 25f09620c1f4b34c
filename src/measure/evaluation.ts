/** The figures of an evaluation, gathered sample by sample. */
import { WhittleError } from '../base/errors';
import { counted } from '../base/plural';
import { AccuracyTally, type AccuracyFigures } from './accuracy';
import { AgreementTally, type AgreementFigures } from './agreement';
import { AnswerTally, type AnswersFigures } from './answers';
import type { BeforeOutputs, SampleOutputs } from './before';
import { klDivergence, logProbabilities } from './divergence';

/** One output of the model, compared over all samples. */
export interface OutputFigures {
  readonly name: string;
  readonly cosine: number;
  readonly sqnrDb: number | null;
  readonly maxAbs: number;
  /** Mean over samples of D(before || after) in nats; null where the output holds no class scores. */
  readonly kl: number | null;
}

export interface EvaluationFigures {
  /** null without labels. */
  readonly before: AccuracyFigures | null;
  readonly after: AccuracyFigures | null;
  readonly agreement: AgreementFigures;
  readonly outputs: readonly OutputFigures[];
  /** null where the outputs are no class scores. */
  readonly answers: AnswersFigures | null;
  /** Samples for which some output holds NaN or infinity. */
  readonly nonFinite: { readonly before: number; readonly after: number };
}

export class EvaluationTally {
  private readonly known: BeforeOutputs;
  private readonly accuracy = { before: new AccuracyTally(), after: new AccuracyTally() };
  private readonly answers = new AnswerTally();
  private agreement: AgreementTally | null = null;
  private readonly outputs: AgreementTally[] = [];
  private divergence = 0;
  private samples = 0;
  private readonly nonFinite = { before: 0, after: 0 };

  /** @param known says which output holds the class scores, once the first sample is added. */
  constructor(known: BeforeOutputs) {
    this.known = known;
  }

  /** One sample's outputs on both sides. Throws `bad-card` where the label is no class of the model. */
  add(index: number, label: number | null, before: SampleOutputs, after: SampleOutputs): void {
    this.samples += 1;
    if (before.some(isNotFinite)) this.nonFinite.before += 1;
    if (after.some(isNotFinite)) this.nonFinite.after += 1;
    for (const [o, reference] of before.entries()) {
      this.outputs[o] ??= new AgreementTally(false);
      this.outputs[o].add(reference, after[o] ?? []);
    }
    const [a, b] = [this.known.scoresOf(before), this.known.scoresOf(after)];
    this.agreement ??= new AgreementTally(a !== null);
    if (!a || !b) {
      this.agreement.add(joined(before), joined(after));
      return;
    }
    this.agreement.add(a, b);
    const [p, q] = [logProbabilities(a, this.known.probabilities), logProbabilities(b, this.known.probabilities)];
    this.divergence += klDivergence(p, q);
    if (label !== null) {
      checkLabel(label, a.length);
      this.accuracy.before.add(a, label);
      this.accuracy.after.add(b, label);
    }
    this.answers.add(index, label, p, q);
  }

  result(): EvaluationFigures {
    const { names, scores } = this.known;
    return {
      before: this.accuracy.before.result(),
      after: this.accuracy.after.result(),
      agreement: (this.agreement ?? new AgreementTally(false)).result(),
      outputs: this.outputs.map((tally, o) => {
        const { cosine, sqnrDb, maxAbs } = tally.result();
        return { name: names[o] ?? '', cosine, sqnrDb, maxAbs, kl: names[o] === scores ? this.divergence / this.samples : null };
      }),
      answers: scores === null ? null : this.answers.result(),
      nonFinite: { ...this.nonFinite },
    };
  }
}

function isNotFinite(values: Float32Array): boolean {
  return values.some((value) => !Number.isFinite(value));
}

/** All outputs of a sample one after another. */
function joined(parts: SampleOutputs): Float32Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const all = new Float32Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function checkLabel(label: number, classes: number): void {
  if (label >= 0 && label < classes) return;
  throw new WhittleError(
    'bad-card',
    `A label stands for class ${label}, but the model has ${counted(classes, 'class', 'classes')} (0 to ${classes - 1}).`,
    'Set the label offset on the card.',
  );
}
