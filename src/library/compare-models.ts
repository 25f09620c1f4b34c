/** Two models side by side, as files. */
import { providerFor, type NamedBlob, type OpenedModel } from '../engine/protocol/index';
import { comparedOf, type Compared } from '../report/index';
import type { NodeStudio } from './node-studio';
import { addSamples, type Task } from './run-task';
import type { Tell } from './studio';

/** What models are compared on; `data` null: on made-up inputs. */
export type OnSamples = Pick<Task, 'data' | 'calibration' | 'scored' | 'limits'>;

/** The model that is open and another, its file first and its external data after. Throws the WhittleError of what fails. */
export async function compareModels(
  studio: NodeStudio,
  opened: OpenedModel,
  other: readonly NamedBlob[],
  on: OnSamples,
  tell: Tell,
): Promise<Compared> {
  if (on.data !== null) await addSamples(studio, on, on.data, tell);
  const environment = await studio.environment();
  tell({ event: 'step', words: 'Running both side by side' });
  const compared = await studio.compare(other, providerFor({ gpu: false }, environment.providers));
  const { measurement, evaluation } = compared;
  const after = { bytes: compared.other.summary.bytes, gzipBytes: compared.other.gzipBytes };
  return comparedOf({ recipe: measurement.recipe, date: new Date(), environment, opened, measurements: [measurement], evaluation }, after);
}
