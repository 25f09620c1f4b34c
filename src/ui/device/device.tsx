import { Benchmark } from './benchmark';
import { Forms } from './forms';
import { LatencyPanel } from './latency';
import { PlacementPanel } from './placement';
import { SizesPanel } from './sizes';
import { Stored } from './stored';
import { ThroughputPanel } from './throughput';
import { TruthMeter } from './truth';
import '../styles/panels.css';

/** What this device gains: in words first, then what the words stand on. */
export default function Device() {
  return (
    <div className="panels" data-panel="device" tabIndex={-1}>
      <TruthMeter />
      <LatencyPanel />
      <Forms />
      <PlacementPanel />
      <ThroughputPanel />
      <SizesPanel />
      <Benchmark />
      <Stored />
    </div>
  );
}
