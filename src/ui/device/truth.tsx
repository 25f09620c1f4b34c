import { ArrowDown, CircleHelp, Equal, Rabbit, Snail, TriangleAlert, type LucideIcon } from 'lucide-react';
import type { TruthLevel } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { Help } from '../parts/help';

const ICONS: Readonly<Record<TruthLevel, { readonly Icon: LucideIcon; readonly word: string; readonly className: string }>> = {
  faster: { Icon: Rabbit, word: 'Faster', className: 'good' },
  smaller: { Icon: ArrowDown, word: 'Smaller', className: 'good' },
  same: { Icon: Equal, word: 'The same', className: 'quiet' },
  slower: { Icon: Snail, word: 'Slower', className: 'warning' },
  warning: { Icon: TriangleAlert, word: 'Warning', className: 'warning' },
  unknown: { Icon: CircleHelp, word: 'Not measured', className: 'quiet' },
};

/** In words, before anything is exported: which form is faster on this device, and which only smaller. */
export function TruthMeter() {
  const truth = useResults((state) => state.truth);
  const recipe = useRecipe((state) => state.recipe);
  const device = useDocument((state) => state.environment?.compute.name ?? '');
  return (
    <section className="panel truth" aria-labelledby="truth-title">
      <header className="panel-head">
        <h2 id="truth-title">What this recipe gains on this device</h2>
        <Help about="the sentences" terms={['webgpu', 'wasm', 'packed', 'bits', 'sparsity', 'gzip', 'interval']} />
        <span className="small quiet">{device}</span>
      </header>
      {truth ? (
        <ul className={isFresh(truth, recipe) ? undefined : 'quiet'}>
          {truth.sentences.map(({ level, text }) => {
            const { Icon, word, className } = ICONS[level];
            return (
              <li key={text} data-level={level}>
                <Icon size={18} aria-label={word} className={className} />
                <span>{text}</span>
              </li>
            );
          })}
        </ul>
      ) : (
        <p className="empty quiet">Said as soon as the recipe has run once.</p>
      )}
    </section>
  );
}
