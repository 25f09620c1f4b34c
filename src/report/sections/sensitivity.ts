import { formatElapsed } from '../../base/format';
import { cellKey, columnsOf, formatLoss, heatOf, lossOf, measuresOf, stepsOf, type HeatMeasure } from '../../base/heat';
import { counted } from '../../base/plural';
import type { SensitivityCell } from '../../engine/protocol/index';
import { labelRecipe } from '../../recipe/label';
import { NOT_MEASURED, numbers, section, text, words, type Cell, type Section, type Table } from '../content';
import type { Report, ReportSensitivity } from '../types';
import { hundredths } from '../words';

/** Each layer changed alone, at each setting: what that costs. */
export function sensitivitySection({ sensitivity: scan, layers }: Report): Section {
  if (!scan) return section('sensitivity', 'Sensitivity of each layer', null);
  const { cells, finished } = scan;
  const names = layers.map(({ name }) => name).filter((name) => cells.some(({ layerId }) => layerId === name));
  const what = cells.some(({ kl }) => kl !== null)
    ? 'KL divergence of the answers from the original, nats'
    : 'Noise over signal of the outputs';
  const measures = measuresOf(cells);
  const [points, losses] = [measures.find(({ id }) => id === 'points'), measures.find(({ id }) => id === 'kl' || id === 'noise')];
  const unchanged = finished?.top1 == null ? '' : ` (unchanged model: ${hundredths(finished.top1)})`;
  return section('sensitivity', 'Sensitivity of each layer', [
    text(
      `One layer at a time was changed, under the settings of: ${labelRecipe(scan.recipe)}. Darker cells cost more.`,
      finished ? told(finished) : 'The scan was stopped before its end.',
    ),
    ...(points
      ? [
          {
            kind: 'table' as const,
            table: tableOf(scan, names, `Top-1, percent${unchanged}. ${coloursOf(points)}`, (cell) =>
              cell.top1 === null ? NOT_MEASURED : { value: cell.top1, text: hundredths(cell.top1), ...heat(points, cell) },
            ),
          },
        ]
      : []),
    ...(losses
      ? [
          {
            kind: 'table' as const,
            table: tableOf(scan, names, `${what}. ${coloursOf(losses)}`, (cell) => ({
              value: lossOf(cell),
              text: formatLoss(lossOf(cell)),
              ...heat(losses, cell),
            })),
          },
        ]
      : []),
    ...(finished && finished.skipped.length > 0
      ? [{ kind: 'list' as const, items: finished.skipped.map(({ layer, reason }) => `${layer}: ${reason}`) }]
      : []),
  ]);
}

function coloursOf(measure: HeatMeasure): string {
  return `Colours by ${measure.label}: ${stepsOf(measure).join('; ')}.`;
}

function heat(measure: HeatMeasure, cell: SensitivityCell): { readonly heat?: number } {
  const value = measure.valueOf(cell);
  return value === null ? {} : { heat: heatOf(measure, value) };
}

function tableOf(
  { options, cells }: ReportSensitivity,
  layers: readonly string[],
  caption: string,
  show: (cell: SensitivityCell) => Cell,
): Table {
  const heads = columnsOf(options);
  const known = new Map(cells.map((cell) => [cellKey(cell), cell]));
  return {
    caption,
    columns: [...words('Layer'), ...numbers(...heads.map(({ label }) => label))],
    rows: layers.map((layerId) => [
      layerId,
      ...heads.map(({ kind, value }): Cell => {
        const cell = known.get(cellKey({ layerId, kind, value }));
        return cell ? show(cell) : '–';
      }),
    ]),
  };
}

function told({ samples, totalMs, inferenceMs, sessionsCreated }: NonNullable<ReportSensitivity['finished']>): string {
  const sessions = sessionsCreated === 0 ? 'no new session' : counted(sessionsCreated, 'new session');
  return (
    `${counted(samples, 'sample')} in ${formatElapsed(totalMs)} min ` +
    `with ${sessions}, ${formatElapsed(inferenceMs)} min of it inference.`
  );
}
