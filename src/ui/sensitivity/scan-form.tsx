import { useState } from 'react';
import type { SensitivityOptions } from '../../engine/protocol/index';
import { scanSensitivity } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { Choices } from '../parts/choices';
import { Help } from '../parts/help';
import { MeasureButton } from '../parts/measure-button';

const BITS = [8, 6, 5, 4, 3, 2] as const;
const SPARSITIES = [0.3, 0.5, 0.7, 0.9] as const;

/** Settings of the scan. Nothing is exported and no session made: it runs on the live one. */
export function ScanForm() {
  const [bits, setBits] = useState<readonly number[]>([8, 4, 3, 2]);
  const [sparsities, setSparsities] = useState<readonly number[]>([]);
  const [samples, setSamples] = useState(64);
  const scan = useResults((state) => state.sensitivity);
  const data = useDocument((state) => state.data);
  const stopped = scan !== null && scan.finished === null && scan.cells.length > 0;
  const options: SensitivityOptions = { bits, sparsities, samples };
  return (
    <div className="scan-form">
      <Help about="the scan" terms={['bits', 'sparsity', 'madeUp']} />
      <Choices label="Bits" values={BITS} chosen={bits} onChange={setBits} format={String} />
      <Choices
        label="Zeros"
        values={SPARSITIES}
        chosen={sparsities}
        onChange={setSparsities}
        format={(value) => `${Math.round(value * 100)} %`}
      />
      <label className="small">
        {data ? 'Samples ' : 'Random inputs '}
        <input
          className="field"
          type="number"
          min={1}
          max={data?.samples ?? 1000}
          value={samples}
          onChange={({ target }) => Number.isInteger(target.valueAsNumber) && target.valueAsNumber > 0 && setSamples(target.valueAsNumber)}
        />
      </label>
      {bits.length + sparsities.length > 0 && (
        <MeasureButton what={stopped ? 'Go on with the scan' : 'Scan the layers'} learns onClick={() => scanSensitivity(options)} />
      )}
    </div>
  );
}
