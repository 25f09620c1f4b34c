/** Two models side by side, as files. */
import { providerFor } from '../engine/protocol/index';
import { comparedOf, type Compared } from '../report/index';
import { modelBlobs } from './files';
import type { NodeStudio } from './node-studio';
import { addSamples, type Task } from './optimize';
import type { PlacedFile, Tell } from './studio';

/** What models are compared on; `data` null: on made-up inputs. */
export type OnSamples = Pick<Task, 'data' | 'calibration' | 'scored' | 'limits'>;

/** Opens both, models first and their external data after. Throws the WhittleError of what fails. */
export async function compareModels(
  studio: NodeStudio,
  one: readonly PlacedFile[],
  other: readonly PlacedFile[],
  on: OnSamples,
  tell: Tell,
): Promise<Compared> {
  tell({ event: 'step', words: 'Opening the models' });
  const opened = await studio.open(one);
  if (on.data !== null) await addSamples(studio, on, on.data, tell);
  const environment = await studio.environment();
  tell({ event: 'step', words: 'Running both side by side' });
  const compared = await studio.compare(await modelBlobs(other), providerFor({ gpu: false }, environment.providers));
  const { measurement, evaluation } = compared;
  const after = { bytes: compared.other.summary.bytes, gzipBytes: compared.other.gzipBytes };
  return comparedOf({ recipe: measurement.recipe, date: new Date(), environment, opened, measurements: [measurement], evaluation }, after);
}
