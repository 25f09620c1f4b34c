import { Logo } from './parts/logo';
import './styles/tokens.css';
import './styles/base.css';
import './styles/landing.css';

/** In place of the studio where another page shows it in a frame. */
export function Framed() {
  return (
    <div className="landing">
      <header>
        <Logo />
      </header>
      <main>
        <div className="notice caution" role="alert">
          <strong>Whittle does not run inside another page.</strong>
          <span>
            <a href={location.href} target="_blank" rel="noopener noreferrer">
              Open it in a tab of its own
            </a>
            , where nothing can be laid over it.
          </span>
        </div>
      </main>
    </div>
  );
}
