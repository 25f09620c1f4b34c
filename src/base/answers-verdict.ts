/**
 * What became of a model's answers, in words: page, report and command line say the same. A score that stays is not called "no change"
 * where other samples are right than before.
 */
import { chanceWords, NOT_TOLD, type Chance } from './chance-words';
import { formatClass, formatCount } from './format';
import { counted } from './plural';
import { wilson } from './stats';
import { accuracyWords, formatP, isMeasured } from './verdict';

interface Named {
  readonly index: number;
  readonly name: string | null;
}

interface Compared {
  /** What the inputs are where they are made up; null where they are samples. */
  readonly madeUp: string | null;
  /** null without labels, as `classes`. */
  readonly paired: { readonly difference: number; readonly p: number } | null;
  /** The original's hits against chance; null as above. */
  readonly chance: Chance | null;
  readonly classes:
    readonly (Named & { readonly samples: number; readonly before: number; readonly after: number; readonly p: number })[] | null;
  /** null where the outputs are no class scores. */
  readonly changed: {
    readonly total: number;
    readonly moves: readonly { readonly from: Named; readonly to: Named; readonly count: number }[];
  } | null;
  readonly agreement: { readonly samples: number; readonly sqnrDb: number | null };
  readonly nonFinite: { readonly before: number; readonly after: number };
}

export interface AnswersVerdict {
  /** A few words, to stand beside the score. */
  readonly short: string;
  /** What changed, the gravest first; empty where nothing did. */
  readonly findings: readonly Finding[];
}

export interface Finding {
  /** A sentence. */
  readonly text: string;
  /** The same in two or three words where it has to be known before the file is used; null where it is no warning. */
  readonly brief: string | null;
}

/** A finding as text that has no other way to show a warning. */
export function saidOf({ text, brief }: Finding): string {
  return brief === null ? text : `Warning: ${text}`;
}

/** A loss of so many points of accuracy is warned of, where the test tells it from none. */
const LOSS_POINTS = 1;
/** Part of the answers from which "many" changed: the 95 % interval of the part that did must lie above it. */
const MANY = 0.05;
/** Outputs that are no class scores are far off where the error has a third of their size (decibels). */
const FAR_DB = 10;
/** Level of the corrected tests of the classes. */
const CLASS_LEVEL = 0.05;
/** Classes and moves that are named. */
const NAMED_CLASSES = 4;
const NAMED_MOVES = 2;

/**
 * The verdict in a few words, and the findings that page, report and command line list, a warning first. What was not measured is left out.
 */
export function answersVerdict(compared: Compared): AnswersVerdict {
  const { paired, changed, agreement } = compared;
  const moved = movedClasses(compared);
  const others = changed !== null && (isMany(changed.total, agreement.samples) || moved.length > 0);
  const short = compared.chance?.told === false ? NOT_TOLD : inShort(paired, changed, others);
  return { short, findings: [...scoreFindings(compared), ...changedFinding(compared), ...classFinding(compared, moved)] };
}

function inShort(paired: Compared['paired'], changed: Compared['changed'], others: boolean): string {
  if (changed?.total === 0) return 'every answer the same';
  if (paired === null) return others ? 'other answers' : '';
  if (isMeasured(paired.p) || !others) return accuracyWords(paired);
  return `${accuracyWords(paired)} of the score, but other answers`;
}

/** Whether surely more than one answer in twenty changed. */
function isMany(changed: number, samples: number): boolean {
  return wilson(changed, samples).low > MANY;
}

/** Classes that gained or lost right answers beyond chance, the surest first. */
function movedClasses({ classes }: Compared): NonNullable<Compared['classes']> {
  return (classes ?? []).filter(({ p }) => p < CLASS_LEVEL).toSorted((a, b) => a.p - b.p);
}

function changedFinding({ changed, agreement: { samples }, madeUp }: Compared): Finding[] {
  if (!changed || changed.total === 0) return [];
  const moves = changed.moves
    .slice(0, NAMED_MOVES)
    .map(({ from, to, count }) => `${formatClass(from)} became ${formatClass(to)} (${formatCount(count)})`);
  const most = moves.length === 0 ? '' : `; most often ${moves.join(' and ')}`;
  const inputs = madeUp === null ? '' : ' on made-up inputs';
  const text =
    `${formatCount(changed.total)} of ${counted(samples, 'answer')} ` +
    `changed${inputs} (${((100 * changed.total) / samples).toFixed(1)} %)${most}.`;
  return [{ text, brief: isMany(changed.total, samples) ? `${counted(changed.total, 'answer')} changed` : null }];
}

function classFinding({ classes }: Compared, moved: NonNullable<Compared['classes']>): Finding[] {
  if (moved.length === 0) return [];
  const named = moved
    .slice(0, NAMED_CLASSES)
    .map(
      (each) =>
        `${formatClass(each)}, ${formatCount(each.before)} to ${formatCount(each.after)} ` +
        `of ${formatCount(each.samples)} right (${formatP(each.p)})`,
    );
  const more = moved.length > NAMED_CLASSES ? `; and ${formatCount(moved.length - NAMED_CLASSES)} more` : '';
  const count = `${formatCount(moved.length)} of ${counted(classes?.length ?? 0, 'class', 'classes')}`;
  return [
    {
      text: `${count} moved beyond chance (exact McNemar test, corrected for their number): ${named.join('; ')}${more}.`,
      brief: `${counted(moved.length, 'class', 'classes')} moved`,
    },
  ];
}

/** Of the score and the outputs: all of them are warnings. */
function scoreFindings({ paired, chance, changed, agreement: { samples, sqnrDb }, nonFinite }: Compared): Finding[] {
  // Where the answers mean nothing, neither does a loss of them.
  const isTold = chance?.told !== false;
  const findings: Finding[] = chance && !isTold ? [{ text: `${chanceWords(chance)}.`, brief: NOT_TOLD }] : [];
  if (nonFinite.after > nonFinite.before) {
    findings.push({
      text: `NaN or infinity in the outputs of ${formatCount(nonFinite.after)} of ${counted(samples, 'sample')}.`,
      brief: 'NaN in the outputs',
    });
  }
  if (isTold && paired && isMeasured(paired.p) && paired.difference <= -LOSS_POINTS) {
    const points = `${(-paired.difference).toFixed(1)} points`;
    findings.push({ text: `Loses ${points} of accuracy.`, brief: `loses ${points}` });
  }
  if (changed === null && sqnrDb !== null && sqnrDb < FAR_DB)
    findings.push({ text: `Outputs far from the original's (SQNR ${sqnrDb.toFixed(1)} dB).`, brief: 'outputs far off' });
  return findings;
}
