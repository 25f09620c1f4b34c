import type { Evaluation } from './accuracy';
import type { OpenedModel } from './model';
import type { Measurement } from './speed';

/** Another file beside the open one, which stands as 'before'. */
export interface Comparison {
  readonly other: OpenedModel;
  readonly measurement: Measurement;
  readonly evaluation: Evaluation;
}
