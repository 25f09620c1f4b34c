/** The stores as a visitor finds them. */
import { useDocument } from '../document';
import { useJobs } from '../jobs';
import { useRecipe } from '../recipe';
import { useResults } from '../results';
import { useTrust } from '../trust';
import { useKept } from '../unsaved';
import { useVariants } from '../variants';
import { useView } from '../view';

export function freshPage(): void {
  useDocument.setState(useDocument.getInitialState(), true);
  useJobs.setState(useJobs.getInitialState(), true);
  useRecipe.setState(useRecipe.getInitialState(), true);
  useResults.setState(useResults.getInitialState(), true);
  useKept.setState(useKept.getInitialState(), true);
  useTrust.setState(useTrust.getInitialState(), true);
  useVariants.setState(useVariants.getInitialState(), true);
  useView.setState(useView.getInitialState(), true);
}
