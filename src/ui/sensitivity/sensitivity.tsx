import { useState } from 'react';
import type { Layer } from '../../engine/protocol/index';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { useResults, type SensitivityScan } from '../../state/results';
import { measuresOf } from '../../base/heat';
import { formatCount, formatElapsed } from '../../base/format';
import { counted } from '../../base/plural';
import { HeatLegend } from './heat-legend';
import { HeatTable } from './heat-table';
import { PlanForm } from './plan-form';
import { ScanForm } from './scan-form';
import '../styles/sensitivity.css';

const NO_LAYERS: readonly Layer[] = [];

/** What each layer costs when it alone is changed, and the bits per layer that follow from it. */
export default function Sensitivity() {
  const scan = useResults((state) => state.sensitivity);
  const layers = useDocument((state) => state.opened?.layers ?? NO_LAYERS);
  const running = useJobs((state) => state.running?.title === 'Scanning the layers');
  const [wanted, setWanted] = useState<string | null>(null);
  const [shown, setShown] = useState<string | null>(null);
  const measures = scan ? measuresOf(scan.cells) : [];
  const measure = measures.find(({ id }) => id === wanted) ?? measures[0];
  return (
    <div className="sensitivity">
      <ScanForm />
      {scan ? (
        <>
          {measure && (
            <>
              <HeatLegend measures={measures} measure={measure} onChange={setWanted} />
              <div className="table-scroll heat-scroll">
                <HeatTable scan={scan} layers={layers} measure={measure} running={running} onShow={setShown} />
              </div>
              {/* Cells say this themselves where they are read aloud. */}
              <p className="small sensitivity-note" aria-hidden>
                {shown === null ? 'Point at a cell, or move the focus to it, for all of its figures.' : `${shown}.`} Choosing it pins its
                setting.
              </p>
            </>
          )}
          <p className="small quiet sensitivity-note">{noteOf(scan)}</p>
        </>
      ) : (
        <p className="empty quiet">
          Each layer is changed alone, at each setting, and the model run on the live session: nothing is exported. Darker cells cost more;
          a cell pins its setting to its layer.
        </p>
      )}
      <PlanForm scanned={scan !== null && scan.cells.length > 0 && scan.options.bits.length > 0} />
    </div>
  );
}

function noteOf({ finished, cells }: SensitivityScan): string {
  if (!finished) return `${counted(cells.length, 'cell')} measured so far.`;
  const { samples, totalMs, inferenceMs, sessionsCreated, resumed } = finished;
  const sessions = sessionsCreated === 0 ? 'no new session' : counted(sessionsCreated, 'new session');
  const kept = resumed > 0 ? `, ${formatCount(resumed)} kept from before` : '';
  return (
    `${counted(samples, 'sample')}, ${counted(cells.length, 'cell')}${kept} in ${formatElapsed(totalMs)}, ` +
    `${sessions}; ${((100 * inferenceMs) / Math.max(1, totalMs)).toFixed(0)} % of the time was inference.`
  );
}
