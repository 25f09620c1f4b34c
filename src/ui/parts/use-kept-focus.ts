import { useEffect } from 'react';

/**
 * Keeps the focus in its place when the control that has it goes or is turned off (a button whose job runs, a verdict that stands where
 * "Measure" was): its panel takes it, or the page's heading, so that Tab goes on from there; the control takes it back when it is on again.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let control: HTMLElement | null = null;
    let panel: HTMLElement | null = null;
    /** What has the focus in the control's stead. */
    let stand: HTMLElement | null = null;
    let due = 0;

    const look = (): void => {
      due = 0;
      if (!control) return;
      const active = document.activeElement;
      if (control.isConnected && !control.matches(':disabled')) {
        if (stand && active === stand) control.focus();
        return;
      }
      if (active !== document.body && active !== control) return;
      stand = panel?.isConnected ? panel : document.querySelector('h1');
      stand?.focus({ preventScroll: true });
    };
    const onFocus = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement) || target === stand) return;
      [control, panel, stand] = [target, target.closest<HTMLElement>('[data-panel]'), null];
    };
    // Who presses beside every control wants none of them.
    const onPress = (): void => {
      [control, stand] = [null, null];
    };
    // In the next frame: a dialog that closes gives the focus back by itself.
    const observer = new MutationObserver(() => {
      if (due === 0) due = requestAnimationFrame(look);
    });
    observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ['disabled'] });
    document.addEventListener('focusin', onFocus);
    document.addEventListener('pointerdown', onPress);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(due);
      document.removeEventListener('focusin', onFocus);
      document.removeEventListener('pointerdown', onPress);
    };
  }, []);
}
