/** What was asked for, and whether the result keeps to it. */
import { formatBytes, formatChange } from '../base/format';
import { samplesWords } from '../base/limit-words';
import { agreeing, counted } from '../base/plural';
import { times, timeWords, type Ratio } from '../base/verdict';
import type { BestGoal, BitBudget } from '../engine/protocol/index';
import { cellText, interval } from './content';
import type { Report } from './types';
import { PROVIDERS } from '../engine/protocol/index';

/** The goal or budget as a person set it. */
export function askedWords({ asked }: Report): string {
  if (asked === null) return 'Nothing but this recipe: it was set by hand, or given as a file.';
  return asked.by === 'best' ? goalWords(asked.goal) : budgetWords(asked.budget);
}

function goalWords(goal: BestGoal): string {
  return goal.kind === 'bits'
    ? `The recipe that loses least with weights of ${goal.bits} bits.`
    : `The recipe that loses least in a file of at most ${formatBytes(goal.bytes)}.`;
}

function budgetWords(budget: BitBudget): string {
  const bits = 'Bits for each layer, so that';
  switch (budget.kind) {
    case 'bytes':
      return `${bits} the file takes at most ${formatBytes(budget.bytes)}.`;
    case 'loss':
      return `${bits} the losses of the layers add up to at most ${budget.loss}.`;
    case 'points':
      return `${bits} top-1 accuracy falls by at most ${counted(budget.points, 'point')}.`;
    case 'time':
      return `${bits} an inference on WASM takes at most ${times(budget.ratio)} the original's time.`;
  }
}

/** "Yes", "No" or "Undecided" by what was measured, with the interval that says so; null where nothing was asked for. */
export function answerWords(report: Report): string | null {
  const { asked } = report;
  if (asked === null) return null;
  if (asked.by === 'best') return asked.goal.kind === 'bits' ? keepsBits(report, asked.goal.bits) : keepsBytes(report, asked.goal.bytes);
  const { budget, predictedLoss, needed } = asked;
  switch (budget.kind) {
    case 'bytes':
      return keepsBytes(report, budget.bytes);
    case 'loss':
      return `${predictedLoss <= budget.loss ? 'Yes' : 'No'}: they add up to ${Number(predictedLoss.toPrecision(3))}.`;
    case 'points':
      return keepsPoints(report, budget.points, needed);
    case 'time':
      return keepsTime(report, budget.ratio);
  }
}

function keepsBytes({ after: { bytes } }: Report, most: number): string {
  if (bytes === null) return 'Not known: the file was not written.';
  return `${bytes <= most ? 'Yes' : 'No'}: the file takes ${formatBytes(bytes)}.`;
}

function keepsBits({ layers }: Report, most: number): string {
  const coded = layers.filter(({ storage }) => storage !== null && storage !== 'float');
  const floats = layers.length - coded.length;
  const left =
    floats === 0 ? '' : `; ${counted(floats, 'other')} ${agreeing(floats, 'stays', 'stay')} as ${agreeing(floats, 'it was', 'they were')}`;
  const wider = coded.filter(({ bits }) => (bits ?? 0) > most);
  if (coded.length === 0) return 'No: every weight stays as it was.';
  if (wider.length > 0) return `No: ${counted(wider.length, 'weight takes', 'weights take')} more than ${most} bits${left}.`;
  return `Yes: ${counted(coded.length, 'weight takes', 'weights take')} ${most} bits or fewer${left}.`;
}

/** By the whole interval: a figure alone may keep to a limit by chance. */
function keepsPoints({ paired, data }: Report, points: number, needed: number | null): string {
  if (!paired) return `Not known: ${data?.labelled === true ? 'the file was not scored' : 'there are no labelled samples'}.`;
  const { difference, interval: ends } = paired;
  const changed =
    `top-1 changed by ${formatChange(difference, 2)} points (95 % interval ` +
    `${cellText(interval(ends, (value) => formatChange(value, 2)))}).`;
  if (ends.low >= -points) return `Yes: ${changed}`;
  if (ends.high < -points) return `No: ${changed}`;
  return `Undecided, ${needed === null ? 'these samples cannot tell' : samplesWords(needed)}: ${changed}`;
}

function keepsTime({ environment: { ep }, latencyRatio, otherBackends }: Report, most: number): string {
  const ratio: Ratio | null = PROVIDERS[ep].integers
    ? latencyRatio
    : (otherBackends.find((other) => PROVIDERS[other.ep].integers)?.ratio ?? null);
  if (!ratio) return 'Not known: no inference was timed on WASM.';
  const verdict = ratio.high <= most ? 'Yes' : ratio.low > most ? 'No' : 'Undecided, these runs cannot tell';
  return `${verdict}: ${timeWords(ratio)}.`;
}
