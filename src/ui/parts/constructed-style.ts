/**
 * Stands in for the package react-style-singleton (vite.config.ts), by which Radix' dialogs and menus keep the page from scrolling: that
 * one writes a style element, which the page's content policy refuses. A constructed style sheet is allowed.
 */
import { useEffect } from 'react';

interface Props {
  readonly styles: string;
}

/** A component that adds its styles to the page while at least one of it is shown; the first one's count. */
export function styleSingleton(): (props: Props) => null {
  const sheet = new CSSStyleSheet();
  let shown = 0;
  return function ConstructedStyle({ styles }) {
    useEffect(() => {
      if (shown === 0) {
        sheet.replaceSync(styles);
        document.adoptedStyleSheets.push(sheet);
      }
      shown += 1;
      return () => {
        shown -= 1;
        if (shown === 0) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      };
    }, [styles]);
    return null;
  };
}
