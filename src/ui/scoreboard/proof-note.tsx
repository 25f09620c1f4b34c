import { proofWords } from '../../base/proof-words';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';

/** What was found out about the written file of the recipe on the sliders; nothing where it is not written. */
export function ProofNote() {
  const recipe = useRecipe((state) => state.recipe);
  const exported = useResults((state) => state.exported);
  if (!exported || !isFresh(exported, recipe)) return null;
  const { proof } = exported;
  const bad = proof.faults.length > 0 || proof.nonFinite.length > 0 || !proof.ran;
  return <p className={`small ${bad ? 'warning' : 'quiet'} proof-note`}>{proofWords(proof).join(' ')}</p>;
}
