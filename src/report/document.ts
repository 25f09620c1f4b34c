import { escapeHtml } from './escape';
import { STYLE } from './style';

/** Nothing may be fetched and no script run: the policy says what the file keeps to anyway. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/**
 * One HTML file that needs nothing else, opened from anywhere, in the product's colours.
 * @param title text. @param main what its main element holds, as HTML. @param more rules beside the style sheet. @param after HTML behind
 * the main element.
 */
export function htmlDocument(title: string, main: string, { more = '', after = '' } = {}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${more}</style>
</head>
<body>
<main>
${main}
</main>
${after}</body>
</html>
`;
}
