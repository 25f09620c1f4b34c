import { FolderOpen, Images } from 'lucide-react';
import type { DataSummary } from '../../engine/protocol/index';
import { formatCount } from '../../base/format';
import { counted } from '../../base/plural';
import { removeData } from '../../state/data';
import { useDocument } from '../../state/document';
import { useJobs } from '../../state/jobs';
import { SamplePicture } from '../compare/sample-picture';
import { addSamples, attempt, pickFiles } from '../open';
import { SplitForm } from './split-form';
import { LimitsForm } from './limits-form';

/** Pictures shown of a set. */
const SHOWN = 12;

/** What is measured on: how many samples, of how many classes, which were left out, and how the first of them look. */
export function SamplesPanel() {
  const data = useDocument((state) => state.data);
  const busy = useJobs((state) => state.running !== null);
  return (
    <section className="panel" aria-labelledby="samples-panel-title">
      <header className="panel-head">
        <h2 id="samples-panel-title">Samples</h2>
        <button type="button" className="button" disabled={busy} onClick={() => attempt(pick(false))}>
          <Images size={14} aria-hidden /> Choose files
        </button>
        <button type="button" className="button" disabled={busy} onClick={() => attempt(pick(true))}>
          <FolderOpen size={14} aria-hidden /> Choose a folder
        </button>
        {data && (
          <button type="button" className="button plain" disabled={busy} onClick={() => attempt(removeData())}>
            Remove
          </button>
        )}
      </header>
      {data ? <Summary data={data} /> : <Empty />}
      <LimitsForm />
    </section>
  );
}

async function pick(folder: boolean): Promise<void> {
  const files = await pickFiles({ folder });
  if (files.length > 0) addSamples(files);
}

function Empty() {
  return (
    <div className="empty quiet">
      <p>No samples: accuracy is not measured, and outputs are compared on random inputs.</p>
      <p>
        Drop a folder, a zip, images, IDX, CIFAR-10 binary, npy, npz, CSV or Parquet anywhere in this window. Labels come from folders, a
        CSV, a JSON list or a names file; a card.json among them says how they are read. For models without images: npz or npy files named
        after the model's inputs.
      </p>
    </div>
  );
}

function Summary({ data }: { readonly data: DataSummary }) {
  const { name, samples, split, classes, labelled, problems, card } = data;
  const prepared = useDocument((state) => state.prepared);
  const proposal = useDocument((state) => state.proposal);
  return (
    <>
      <p>
        <strong>{name}</strong>: {counted(samples, 'sample')}
        {classes === null ? '' : ` of ${counted(classes, 'class', 'classes')}`}, {labelled ? 'labelled' : 'without labels'}.
      </p>
      {proposal && (
        <ul className="small quiet">
          {proposal.why.map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ul>
      )}
      {prepared !== null && <p className="small">{prepared}</p>}
      {/* Another split is another form. */}
      <SplitForm key={JSON.stringify(split)} split={split} />
      {problems.count > 0 && (
        <details className="small">
          <summary className="warning">{formatCount(problems.count)} left out</summary>
          <ul>
            {problems.first.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </details>
      )}
      {card.format !== 'tensors' && (
        <ul className="sample-strip" aria-label="The first samples">
          {Array.from({ length: Math.min(SHOWN, samples) }, (_, sample) => (
            <li key={`${JSON.stringify(card)} ${sample}`}>
              <SamplePicture sample={sample} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
