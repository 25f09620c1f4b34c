import { useState } from 'react';
import { Bar, BarChart, CartesianGrid, ErrorBar, Legend, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import type { MatmulTiming } from '../../engine/protocol/index';
import { benchmarkMatmul } from '../../state/actions';
import { useDocument } from '../../state/document';
import { useResults } from '../../state/results';
import { AXIS_TICK, LEGEND, legendText } from '../charts/axis';
import { Figure } from '../charts/figure';
import { formatCount, threeFigures } from '../../base/format';
import { times } from '../../base/verdict';
import { counted } from '../../base/plural';
import { Choices } from '../parts/choices';
import { MeasureButton } from '../parts/measure-button';
import { Help } from '../parts/help';

const SIZES = [128, 256, 512, 1024, 2048];
const KINDS = ['f32', 'f16', 'int8'] as const;
const FILL = { f32: 'var(--steelfill)', f16: 'var(--steelline)', int8: 'var(--woodfill)' };

/** What this GPU gains from smaller number types: matrix products of several sizes, each kind in turn. */
export function Benchmark() {
  const environment = useDocument((state) => state.environment);
  const benchmark = useResults((state) => state.benchmark);
  const software = environment?.compute.software === true || environment?.compute.kind === 'cpu';
  const [sizes, setSizes] = useState<readonly number[]>(software ? [128, 256] : [256, 512, 1024, 2048]);
  return (
    <section className="panel" aria-labelledby="benchmark-title">
      <header className="panel-head">
        <h2 id="benchmark-title">Matrix products on this device</h2>
        <Help about="matrix products" terms={['gops', 'p10']} />
        <span className="small quiet">{environment?.compute.name}</span>
        <MeasureButton what={benchmark ? 'Run again' : 'Run the benchmark'} learns={false} onClick={() => benchmarkMatmul(sizes)} />
      </header>
      <Choices label="Sizes" values={SIZES} chosen={sizes} onChange={setSizes} format={(size) => `${size}³`} atLeastOne />
      {software && <p className="small quiet">This device computes on the processor: its figures say nothing about a GPU.</p>}
      {benchmark ? (
        <Chart timings={benchmark} />
      ) : (
        <p className="empty quiet">f32, f16 and int8 products take turns at each size. Nothing was measured yet.</p>
      )}
    </section>
  );
}

function Chart({ timings }: { readonly timings: readonly MatmulTiming[] }) {
  const sizes = [...new Set(timings.map(({ size }) => size))];
  const kinds = KINDS.filter((kind) => timings.some((t) => t.kind === kind && t.gops !== null));
  const missing = KINDS.flatMap((kind) => timings.find((t) => t.kind === kind && t.gops === null) ?? []);
  const data = sizes.map((size) => {
    const row: Record<string, number | string | readonly [number, number]> = { size: `${size}³` };
    for (const { kind, gops } of timings.filter((t) => t.size === size)) {
      if (!gops) continue;
      row[kind] = gops.median;
      row[`${kind}Error`] = [Math.max(0, gops.median - gops.p10), Math.max(0, gops.p90 - gops.median)];
    }
    return row;
  });
  const [first] = timings.flatMap((t) => (t.gops ? [t] : []));
  return (
    <>
      <Figure
        title="Billions of operations a second"
        finding={timings
          .flatMap(({ kind, size, gops }) => (gops ? [`${kind} at ${size}: ${threeFigures(gops.median)} GOPS`] : []))
          .join('; ')}
        note={
          first
            ? `Median, whiskers p10 to p90, ${counted(first.gops?.runs ?? 0, 'run')} each, ` +
              `the kinds in turns. Clock: ${first.clock}. int8: dot4I8Packed with int32 sums.`
            : ''
        }
        table={{
          heads: ['Product', 'GOPS, median', 'p10', 'p90', 'runs', 'time against f32'],
          rows: timings.map(({ kind, size, gops, reason }) => {
            const f32 = timings.find((t) => t.kind === 'f32' && t.size === size)?.gops;
            return gops
              ? [
                  `${kind} ${size}³`,
                  threeFigures(gops.median),
                  threeFigures(gops.p10),
                  threeFigures(gops.p90),
                  formatCount(gops.runs),
                  f32 ? times(f32.median / gops.median) : '–',
                ]
              : [`${kind} ${size}³`, reason, '–', '–', '–', '–'];
          }),
        }}
      >
        <ResponsiveContainer width="100%" height={220}>
          <BarChart data={data} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis dataKey="size" stroke="var(--line2)" tick={AXIS_TICK} />
            <YAxis width={52} stroke="var(--line2)" tick={AXIS_TICK} tickFormatter={(value: number) => threeFigures(value)} />
            <Legend iconType="square" wrapperStyle={LEGEND} formatter={legendText} />
            {kinds.map((kind) => (
              <Bar key={kind} dataKey={kind} fill={FILL[kind]} stroke="var(--steel)" isAnimationActive={false}>
                <ErrorBar dataKey={`${kind}Error`} width={4} stroke="var(--ink)" />
              </Bar>
            ))}
          </BarChart>
        </ResponsiveContainer>
      </Figure>
      {missing.map(({ kind, reason }) => (
        <p key={kind} className="small quiet">
          {kind}: {reason}
        </p>
      ))}
    </>
  );
}
