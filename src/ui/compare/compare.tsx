import { ChangedAnswers } from './changed-answers';
import { Classes } from './classes';
import { Front } from './front';
import { Help } from '../parts/help';
import { ModelFacts } from './model-facts';
import { Outputs } from './outputs';
import { TwoUp } from './two-up';
import '../styles/panels.css';

/** What was measured, side by side: variants, the original beside one of them. */
export default function Compare() {
  return (
    <div className="panels" data-panel="compare" tabIndex={-1}>
      <section className="panel" aria-labelledby="front-title">
        <header className="panel-head">
          <h2 id="front-title">Size against accuracy</h2>
          <Help about="the front" terms={['front', 'accuracy', 'interval', 'agreement', 'cosine', 'bits', 'clusters', 'sparsity']} />
        </header>
        <Front />
      </section>
      <TwoUp />
      <ChangedAnswers />
      <Classes />
      <Outputs />
      <ModelFacts />
    </div>
  );
}
