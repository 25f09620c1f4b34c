import type { MouseEvent } from 'react';
import { useView } from '../../state/view';

export function Logo() {
  return (
    <span className="logo">
      <svg
        width="22"
        height="22"
        viewBox="0 0 24 24"
        fill="none"
        stroke="var(--woodfill)"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden
      >
        <path d="M3 20h18" stroke="var(--ink)" />
        <path d="M4 16c6 0 8-2 11-4.500a4.500 4.500 0 1 0-6.200-6.200 3 3 0 1 0 4.200 4.200 1.400 1.400 0 1 0-2-2" />
      </svg>
      <span className="logo-name">Whittle</span>
    </span>
  );
}

/** Leads to the first page. What is open stays open; a new tab gets a page of its own. */
export function LogoLink() {
  const onLanding = useView((state) => state.page === 'landing');
  return (
    <a className="logo-link" href="./" aria-label="Whittle, first page" aria-current={onLanding ? 'page' : undefined} onClick={follow}>
      <Logo />
    </a>
  );
}

/** Other clicks are the browser's: a new tab, a download. */
function follow(event: MouseEvent): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  useView.setState({ page: 'landing' });
}
