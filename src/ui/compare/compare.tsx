import { Benchmark } from './benchmark';
import { Front } from './front';
import { ModelFacts } from './model-facts';
import { TwoUp } from './two-up';
import '../styles/compare.css';

/** What was measured, side by side: variants, the original beside one of them, and what this device gains from which number type. */
export default function Compare() {
  return (
    <div className="compare" data-panel="compare" tabIndex={-1}>
      <section className="panel" aria-labelledby="front-title">
        <header className="panel-head">
          <h2 id="front-title">Size against accuracy</h2>
        </header>
        <Front />
      </section>
      <TwoUp />
      <Benchmark />
      <ModelFacts />
    </div>
  );
}
