import { Download, TriangleAlert } from 'lucide-react';
import { answersVerdict } from '../../base/answers-verdict';
import { formatBytes } from '../../base/format';
import { useJobs } from '../../state/jobs';
import { useRecipe } from '../../state/recipe';
import { isFresh, useResults } from '../../state/results';
import { COMMANDS, titleOf } from '../commands';
import { Tip } from '../parts/tip';

const WARNING = 'download-warning';

/** Saves the recipe's file; what has to be known before that stands under the button. */
export function DownloadButton() {
  const { recipe } = useRecipe();
  const { exported, preview, evaluation } = useResults();
  const busy = useJobs((state) => state.running !== null);
  const exact = isFresh(exported, recipe) ? (exported?.bytes ?? null) : null;
  const predicted = isFresh(preview, recipe) ? (preview?.predictedBytes ?? null) : null;
  const size = exact ?? predicted;
  const warnings =
    evaluation && isFresh(evaluation, recipe) ? answersVerdict(evaluation).findings.filter(({ brief }) => brief !== null) : [];
  const [first] = warnings;
  return (
    <div className="download">
      <Tip text={titleOf(COMMANDS.download)}>
        <button
          type="button"
          className="button primary"
          disabled={busy}
          aria-describedby={first && WARNING}
          onClick={COMMANDS.download.run}
        >
          <Download size={14} aria-hidden />
          <span>
            <span className="download-word">Download</span>
            <span className="download-type"> .onnx{size !== null && exact === null && ' about'}</span>
            {size !== null && ` ${formatBytes(size)}`}
          </span>
        </button>
      </Tip>
      {first && (
        <p id={WARNING} className="tiny warning" title={warnings.map(({ text }) => text).join(' ')}>
          <TriangleAlert size={11} aria-label="Warning:" /> {first.brief}
        </p>
      )}
    </div>
  );
}
