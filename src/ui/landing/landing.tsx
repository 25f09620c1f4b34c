import { Lock } from 'lucide-react';
import { useDocument } from '../../state/document';
import { useJobs, cancelJob } from '../../state/jobs';
import { showModel } from '../../state/view';
import { COMMANDS, LANDING_COMMANDS } from '../commands';
import { pickAndOpen } from '../open';
import { IsolationNotice } from '../parts/isolation-notice';
import { ErrorNotice } from '../parts/notice';
import { LogoLink } from '../parts/logo';
import { NoticesLink } from '../parts/notices-link';
import { ThemeMenu } from '../parts/theme-menu';
import { useKeys } from '../parts/use-keys';
import { GpuStatus } from './gpu-status';
import { Hero } from './hero';
import { RecipeBrought } from './recipe-brought';
import { Samples } from './samples';
import '../styles/landing.css';

/** The first page: what Whittle is, a way in, and what this machine can do. */
export function Landing() {
  const job = useJobs((state) => state.running);
  const open = useDocument((state) => state.opened?.summary.name ?? null);
  useKeys(LANDING_COMMANDS);
  return (
    <div className="landing">
      <header>
        <LogoLink />
        <ThemeMenu />
      </header>
      <main>
        <h1 tabIndex={-1}>Whittle makes ONNX models smaller and faster on your own GPU, and shows what each cut costs in accuracy.</h1>
        <p className="landing-open">
          {open !== null && (
            <button type="button" className="button primary" onClick={showModel}>
              Go on with {open}
            </button>
          )}
          <button
            type="button"
            className={open === null ? 'button primary' : 'button'}
            disabled={job !== null}
            onClick={() => void pickAndOpen()}
          >
            {open === null ? 'Open a model' : 'Open another model'}
          </button>
          <span>
            or drop an <strong>.onnx</strong> file anywhere in this window
          </span>
        </p>
        <ErrorNotice places={['open', 'recipe', 'data', 'run']} />
        <RecipeBrought />
        <IsolationNotice />
        {job && (
          <p className="landing-job" role="status">
            {job.progress.stage}{' '}
            <button type="button" className="button" onClick={cancelJob}>
              Cancel
            </button>
          </p>
        )}
        <Hero />
        <Samples />
      </main>
      <footer>
        <GpuStatus />
        <span>
          <Lock size={13} aria-hidden /> Nothing is uploaded. Your model stays in this tab.
        </span>
        <NoticesLink />
        <span className="landing-keys">
          <kbd>O</kbd> open <kbd>1</kbd> – <kbd>5</kbd> sample{' '}
          <button type="button" className="button plain" onClick={COMMANDS.help.run}>
            <kbd>?</kbd> all shortcuts
          </button>
        </span>
      </footer>
    </div>
  );
}
