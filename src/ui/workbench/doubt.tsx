import { AlertDialog } from 'radix-ui';
import { chanceRemedy, chanceWords } from '../../base/chance-words';
import type { Chance } from '../../engine/protocol/index';
import { usesSamples } from '../../recipe/steps';
import { applyCard, findPreset } from '../../state/data';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { trustSamples, useDoubt } from '../../state/doubt';
import { useTrust } from '../../state/trust';
import { useView } from '../../state/view';
import { attempt } from '../open';
import '../styles/dialog.css';

/** Asks before an action learns from samples on which the original's answers cannot be told from chance. */
export function DoubtDialog() {
  const question = useTrust((state) => state.question);
  const doubt = useDoubt();
  const remedy = useRemedy();
  return (
    <AlertDialog.Root open={question !== null} onOpenChange={(shown) => !shown && question?.answer('leave')}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="overlay" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title asChild>
            <h2>Learn from these samples?</h2>
          </AlertDialog.Title>
          <AlertDialog.Description>{doubt && inWords(doubt)}</AlertDialog.Description>
          <div className="dialog-actions">
            <AlertDialog.Cancel className="button">Leave it</AlertDialog.Cancel>
            <AlertDialog.Action className="button" onClick={() => question?.answer('go on')}>
              Go on all the same
            </AlertDialog.Action>
            {remedy && (
              <AlertDialog.Action className="button primary" onClick={remedy.run}>
                {remedy.label}
              </AlertDialog.Action>
            )}
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** Said while a recipe on the sliders waits to be fitted to such samples. */
export function DoubtNotice() {
  const doubt = useDoubt();
  const learns = useRecipe((state) => state.recipe.passes.some(usesSamples));
  const busy = useJobs((state) => state.running !== null);
  const remedy = useRemedy();
  if (!doubt || !learns) return null;
  return (
    <div className="notice caution" role="alert">
      <strong>The recipe is not fitted to your samples yet.</strong>
      <span>{inWords(doubt)}</span>
      <div className="row">
        {remedy && (
          <button type="button" className="button primary" disabled={busy} onClick={remedy.run}>
            {remedy.label}
          </button>
        )}
        <button type="button" className="button" onClick={trustSamples}>
          Fit all the same
        </button>
      </div>
    </div>
  );
}

/** The next step towards samples that are prepared rightly; null where none is known. */
export function useRemedy(): { readonly label: string; readonly run: () => void } | null {
  const data = useDocument((state) => state.data);
  const better = useDocument((state) => (state.cardFrom === 'person' ? (state.presets?.better ?? null) : null));
  const searched = useDocument((state) => state.presets !== null);
  if (better) return { label: `Use ${better.label}`, run: () => attempt(applyCard(better.card)) };
  if (searched || data?.labelled !== true || data.card.format === 'tensors') return null;
  return {
    label: 'Find the preset',
    run: () => {
      useView.setState({ page: 'data' });
      attempt(findPreset());
    },
  };
}

function inWords(doubt: Chance): string {
  return `${chanceWords(doubt)}. Passes that learn from samples prepared wrongly learn what is wrong. ${chanceRemedy(doubt)}`;
}
