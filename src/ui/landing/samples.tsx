import { useEffect, useState } from 'react';
import { useJobs } from '../../state/jobs';
import { listSamples, openSample, type Sample } from '../../state/samples';
import { formatBytes } from '../../base/format';

/** Models that come with the page, each with its size and licence. Keys 1 to 9 open them. */
export function Samples() {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const [loading, setLoading] = useState<string | null>(null);
  const busy = useJobs((state) => state.running !== null) || loading !== null;

  useEffect(() => {
    void listSamples().then(setSamples);
  }, []);

  const open = (sample: Sample): void => {
    setLoading(sample.id);
    void openSample(sample).finally(() => setLoading(null));
  };

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const sample = samples[Number(event.key) - 1];
      if (sample && !busy && event.target === document.body) open(sample);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  return (
    <section className="samples" aria-labelledby="samples-title">
      <div>
        <h2 id="samples-title">No model at hand?</h2>
        <p className="small quiet">Samples, loaded from this site.</p>
      </div>
      {samples.map((sample, i) => (
        <div key={sample.id} className="sample">
          <button type="button" className="link sample-name" disabled={busy} aria-describedby={`sample-${sample.id}`} onClick={() => open(sample)}>
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
