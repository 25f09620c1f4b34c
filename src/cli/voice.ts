/** How a command speaks: progress while it works, one result, or one line of failure. */
import type { Progress } from '../base/job';
import { oneLine, printable, reasonOf } from '../base/node/system-errors';
import type { Tell } from '../library/studio';
import type { Manner } from './args';
import { barLine } from './bar';
import { painter } from './colours';
import { formatElapsed } from '../base/format';
import { RunProblem } from './problem';

export interface Voice {
  readonly tell: Tell;
  /**
   * Resolves once the result has left; a reader that went away or a full disk is a RunProblem. @param words what a person reads
   * @param figures what a program reads @param before what was done already, for the RunProblem.
   */
  result(words: string, figures: object, before?: string): Promise<void>;
  /** One line. */
  fail(message: string, exit: number): void;
  /** Takes away what is only for the moment. */
  clear(): void;
}

/** Seconds between two lines of progress in a log. */
const LOG_MS = 10_000;

type Output = NodeJS.WriteStream;

/** @param out for results, @param err for everything else. */
export function voiceFor(manner: Manner, out: Output, err: Output): Voice {
  const paint = painter(err, process.env);
  const lines: Pick<Voice, 'tell' | 'clear'> =
    manner === 'json'
      ? { tell: (told) => void out.write(event(told)), clear: nothing }
      : manner === 'quiet'
        ? { tell: nothing, clear: nothing }
        : teller(err);
  return {
    ...lines,
    async result(words, figures, before = '') {
      lines.clear();
      if (manner === 'quiet') return;
      await written(out, manner === 'json' ? event({ event: 'result', ...figures }) : `${words}\n`, before);
    },
    fail(message, exit) {
      lines.clear();
      const said = oneLine(message);
      if (manner === 'json') out.write(event({ event: 'error', message: said, exit }));
      err.write(`${paint('red', said)}\n`);
    },
  };
}

function nothing(): void {}

function event(what: object): string {
  return `${JSON.stringify(what)}\n`;
}

/** A bar that is rewritten on a terminal; lines elsewhere. */
function teller(err: Output): Pick<Voice, 'tell' | 'clear'> {
  return err.isTTY && process.env['TERM'] !== 'dumb' ? onTerminal(err) : inLog(err);
}

function onTerminal(err: Output): Pick<Voice, 'tell' | 'clear'> {
  const paint = painter(err, process.env);
  const from = Date.now();
  let step = '';
  let progress: Progress | null = null;
  const clear = (): void => void err.write('\r\u001B[K');
  const show = (): void => {
    const now = Date.now();
    err.write(`\r\u001B[K${paint('dim', printable(barLine(step, progress, now - from, now, (err.columns || 80) - 1)))}`);
  };
  const timer = setInterval(() => step !== '' && show(), 1000);
  timer.unref();
  return {
    tell(told) {
      if (told.event === 'progress') progress = told;
      else if (told.event === 'step') [step, progress] = [told.words, null];
      else {
        clear();
        err.write(`${told.event === 'warning' ? paint('yellow', `Warning: ${printable(told.words)}`) : printable(told.words)}\n`);
      }
      if (step !== '') show();
    },
    clear() {
      clearInterval(timer);
      if (step !== '') clear();
      step = '';
    },
  };
}

function inLog(err: Output): Pick<Voice, 'tell' | 'clear'> {
  const paint = painter(err, process.env);
  const from = Date.now();
  let last = from;
  const say = (text: string): void => {
    last = Date.now();
    err.write(`${text}\n`);
  };
  return {
    tell(told) {
      if (told.event === 'progress') {
        const { stage, done, total } = told;
        if (Date.now() - last >= LOG_MS) say(`  ${printable(stage)}: ${done} of ${total}, ${formatElapsed(Date.now() - from)}`);
      } else if (told.event === 'step') say(printable(told.words));
      else if (told.event === 'note') say(`  ${printable(told.words)}`);
      else say(paint('yellow', `Warning: ${printable(told.words)}`));
    },
    clear: nothing,
  };
}

function written(out: Output, text: string, before: string): Promise<void> {
  return new Promise((done, failed) => {
    out.write(text, (cause) => {
      if (!cause) return done();
      failed(new RunProblem(`${before === '' ? 'The' : `${before}the`} text could not be printed: ${reasonOf(cause)}.`));
    });
  });
}
