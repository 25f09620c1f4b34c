import { useCallback, useEffect, useMemo, useState } from 'react';
import { useJobs } from '../../state/jobs';
import { listSamples, openSample, type Sample } from '../../state/samples';
import { formatBytes } from '../../base/format';
import type { Command } from '../commands';
import { offer } from '../open';
import { useKeys } from '../parts/use-keys';

/** Models that come with the page, each with its size and licence. Keys 1 to 9 open them. */
export function Samples() {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [loading, setLoading] = useState<string | null>(null);
  const busy = useJobs((state) => state.running !== null) || loading !== null;

  useEffect(() => {
    void listSamples().then(setSamples);
  }, []);

  const open = useCallback((sample: Sample): void => {
    offer(sample.name, () => {
      setLoading(sample.id);
      void openSample(sample).finally(() => setLoading(null));
    });
  }, []);
  const commands = useMemo(
    () => (busy ? [] : samples.map((sample, i): Command => ({ label: sample.name, keys: [String(i + 1)], run: () => open(sample) }))),
    [samples, busy, open],
  );
  useKeys(commands);

  return (
    <section className="samples" aria-labelledby="samples-title">
      <div>
        <h2 id="samples-title">No model at hand?</h2>
        <p className="small quiet">Samples, loaded from this site.</p>
      </div>
      {samples.map((sample, i) => (
        <div key={sample.id} className="sample">
          <button
            type="button"
            className="link sample-name"
            disabled={busy}
            aria-describedby={`sample-${sample.id}`}
            onClick={() => open(sample)}
          >
            {sample.name}
          </button>
          <kbd aria-hidden>{i + 1}</kbd>
          <p className="small" id={`sample-${sample.id}`}>
            <strong>{formatBytes(sample.bytes)}</strong>, {sample.task}
          </p>
          <p className="small quiet">{loading === sample.id ? 'Loading' : sample.description}</p>
          <p className="tiny quiet">{sample.licence}</p>
        </div>
      ))}
    </section>
  );
}
