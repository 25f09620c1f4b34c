/**
 * Licences of what the build holds of others; the build writes the file (scripts/third-party-notices.ts). In a tab of its own: work stays
 * open.
 */
export function NoticesLink() {
  return (
    <a className="link" href="third-party-notices.txt" target="_blank" rel="noreferrer">
      Third-party notices
    </a>
  );
}
