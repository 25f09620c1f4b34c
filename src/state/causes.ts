/** Every error of the page hangs on something: when that is another, the error is of the past and goes. */
import { useDocument, type DocumentState, type ErrorPlace } from './document';
import { useRecipe } from './recipe';

/** Parts of the document that an error can come from. */
type DocumentCause = Extract<keyof DocumentState, 'opened' | 'data' | 'dropped' | 'limits'>;
type Cause = 'recipe' | DocumentCause;

/** A failed attempt to open stays until a model is open: what stands beside it is still the one before. */
const CAUSES: Readonly<Record<ErrorPlace, readonly Cause[]>> = {
  open: ['opened'],
  data: ['opened', 'data', 'dropped', 'limits'],
  recipe: ['opened', 'data', 'recipe'],
  run: ['opened', 'data', 'recipe'],
};

/** Takes errors away with their causes, from now on: call once. */
export function followCauses(): void {
  useRecipe.subscribe(({ recipe }, before) => {
    if (recipe !== before.recipe) dropErrorsOf(['recipe']);
  });
  useDocument.subscribe((now, before) => {
    // An error that comes with a change is told of that change.
    if (now.error === before.error) dropErrorsOf(DOCUMENT_CAUSES.filter((cause) => now[cause] !== before[cause]));
  });
}

const DOCUMENT_CAUSES: readonly DocumentCause[] = ['opened', 'data', 'dropped', 'limits'];

function dropErrorsOf(changed: readonly Cause[]): void {
  const { error } = useDocument.getState();
  if (error && CAUSES[error.where].some((cause) => changed.includes(cause))) useDocument.setState({ error: null });
}

/** What an error of this place would hang on now, to be compared later. */
export function causesOf(where: ErrorPlace): readonly unknown[] {
  const { recipe } = useRecipe.getState();
  const page = { ...useDocument.getState(), recipe };
  return CAUSES[where].map((cause) => page[cause]);
}

/** Whether none of what `causesOf` gave has changed since. */
export function standStill(where: ErrorPlace, causes: readonly unknown[]): boolean {
  return causesOf(where).every((cause, i) => cause === causes[i]);
}
