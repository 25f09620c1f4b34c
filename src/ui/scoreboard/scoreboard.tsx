import { AccuracyCell } from './accuracy-cell';
import { AgreementCell } from './agreement-cell';
import { JobCell } from './job-cell';
import { LatencyCell } from './latency-cell';
import { SizeCell } from './size-cell';
import '../styles/scoreboard.css';

/** The scores, each a number, a verdict and a small chart; those of another recipe are left blank. */
export function Scoreboard() {
  return (
    <section className="scoreboard" aria-label="Scores" data-panel="scores" tabIndex={-1}>
      <SizeCell />
      <LatencyCell />
      <AccuracyCell />
      <AgreementCell />
      <JobCell />
    </section>
  );
}
