// The first function travels to the page alone, with all that it needs.
// oxlint-disable unicorn/consistent-function-scoping
/**
 * Every fault of the page as it is drawn now, in words; none: an empty list. Runs in the page and knows nothing of this file. Text counts
 * line by line, by the part of it that the boxes around it let through.
 * - wide: the document scrolls sideways, or a part of it that is no table;
 * - clipped: text cut off by a box that does not scroll, or in a control too narrow for it. An ellipsis is let be where a `title` holds
 *   the whole; on a phone, which shows no titles, where the start is cut and the telling end stands;
 * - squeezed: a box that scrolls, of which too little is seen to read by;
 * - over: text or a control over another, where neither holds the other. Sticky heads and layers (dialogs, menus) may cover what is behind;
 * - small: a target under 24 px. A link within a sentence may be as high as its line (WCAG 2.5.8).
 */
export async function layoutFaults(): Promise<string[]> {
  type Box = { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
  type Thing = Box & { readonly element: Element; readonly layer: Element | null; readonly words: string };
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [role=slider], [role=option], [role=menuitem], [role=menuitemradio]';
  const LAYERS = '[role=dialog], [role=alertdialog], [role=menu], [role=tooltip]';
  /** Marks of a chart lie where their values are, over one another too. */
  const MARKS = '.threshold, .front-mark';
  const PHONE = 639;
  const TARGET = 24;
  /** Three lines and a head. */
  const READABLE = 96;

  // Charts follow the width of their place in the frame after it.
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);

  const faults = new Set<string>();
  const start = (text: string): string => text.trim().replaceAll(/\s+/g, ' ').slice(0, 40);
  const nameOf = (element: Element): string => {
    const kind = element.getAttribute('class')?.replaceAll(' ', '.') ?? '';
    return `${element.tagName.toLowerCase()}${kind && `.${kind}`} "${start(element.getAttribute('aria-label') ?? element.textContent)}"`;
  };
  // Words for screen readers are cut away whole; charts hold their labels against a ruler far outside the window.
  const isShown = (element: Element): boolean =>
    element.checkVisibility({ visibilityProperty: true }) &&
    getComputedStyle(element).clipPath !== 'inset(50%)' &&
    element.closest('.visually-hidden, #recharts_measurement_span') === null;
  const isEmpty = ({ left, top, right, bottom }: Box): boolean => right - left < 1 || bottom - top < 1;
  const common = (a: Box, b: Box): Box => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  // A DOMRect's sides are no properties of its own.
  const boxOf = ({ left, top, right, bottom }: DOMRect): Box => ({ left, top, right, bottom });
  const inside = (element: Element): Box => {
    const outer = element.getBoundingClientRect();
    if (!(element instanceof HTMLElement)) return boxOf(outer);
    const [left, top] = [outer.left + element.clientLeft, outer.top + element.clientTop];
    return { left, top, right: left + element.clientWidth, bottom: top + element.clientHeight };
  };
  const layerOf = (element: Element): Element | null => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      if (at.matches(LAYERS) || ['sticky', 'fixed'].includes(getComputedStyle(at).position)) return at;
    }
    return null;
  };
  const mayEnd = (element: Element): boolean => {
    if (getComputedStyle(element).textOverflow !== 'ellipsis') return false;
    return innerWidth > PHONE ? element.closest('[title]') !== null : getComputedStyle(element).direction === 'rtl';
  };

  /** The part of a box that `from` and the boxes around it let through; for words, a fault where one cuts them that does not scroll. */
  const seen = (whole: Box, from: Element | null, position: string, words: string | null): Box => {
    let box = whole;
    let escapes = position;
    for (let at = from; at && at !== document.documentElement && escapes !== 'fixed'; at = at.parentElement) {
      const style = getComputedStyle(at);
      // What is placed absolutely leaves the boxes up to the one that it is placed in.
      if (escapes === 'absolute' && style.position === 'static') continue;
      escapes = style.position;
      if (style.display === 'inline' || style.display === 'contents') continue;
      const room = inside(at);
      const hides = (overflow: string): boolean => overflow === 'hidden' || overflow === 'clip';
      const beyondX = hides(style.overflowX) && (box.left < room.left - 1 || box.right > room.right + 1);
      const beyondY = hides(style.overflowY) && (box.top < room.top - 3 || box.bottom > room.bottom + 3);
      if (words !== null && !isEmpty(box) && ((beyondX && !mayEnd(at)) || beyondY)) faults.add(`clipped: "${words}" by ${nameOf(at)}`);
      if (style.overflowX !== 'visible') box = common(box, { ...box, left: room.left, right: room.right });
      if (style.overflowY !== 'visible') box = common(box, { ...box, top: room.top, bottom: room.bottom });
    }
    return box;
  };

  const texts: Thing[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const element = node.parentElement;
    const words = start(node.textContent ?? '');
    if (words === '' || !element || element.closest('select, script, style, title') || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      const box = seen(boxOf(line), element, 'static', words);
      if (!isEmpty(box)) texts.push({ ...box, element, layer: layerOf(element), words: `"${words}"` });
    }
  }

  const pen = document.createElement('canvas').getContext('2d');
  /** Whether a field is wide enough for what stands in it: its value, its placeholder, or the choice of a list. */
  const holds = (control: Element): boolean => {
    const style = getComputedStyle(control);
    if (!pen || control.clientWidth === 0) return true;
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = control.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
    // The arrow of a list takes this much.
    if (control instanceof HTMLSelectElement) return pen.measureText(control.selectedOptions[0]?.label ?? '').width <= room - 16;
    return (
      !(control instanceof HTMLInputElement) ||
      ['checkbox', 'radio'].includes(control.type) ||
      pen.measureText(control.value || control.placeholder).width <= room
    );
  };

  const controls: Thing[] = [];
  for (const element of document.querySelectorAll(CONTROLS)) {
    if (!isShown(element) || element.matches('[aria-hidden=true]')) continue;
    // A thumb is taken by its track, a box by its label.
    const target =
      element.closest('.slider') ?? (element.matches('[type=checkbox], [type=radio]') ? element.closest('label') : null) ?? element;
    const whole = target.getBoundingClientRect();
    if (!holds(element))
      faults.add(
        `clipped: "${start(element instanceof HTMLInputElement ? element.value || element.placeholder : '')}" in ${nameOf(element)}`,
      );
    const isInline = element.matches('a') && getComputedStyle(element).display === 'inline';
    if (!isInline && !element.matches(MARKS) && Math.min(whole.width, whole.height) < TARGET - 0.5) {
      faults.add(`small: ${nameOf(target)} is ${Math.round(whole.width)} by ${Math.round(whole.height)}`);
    }
    const box = seen(boxOf(whole), target.parentElement, getComputedStyle(target).position, null);
    if (!isEmpty(box)) controls.push({ ...box, element: target, layer: layerOf(target), words: nameOf(target) });
  }

  const things = [...texts, ...controls].filter(({ element }) => element.closest(MARKS) === null);
  for (const [i, a] of things.entries()) {
    for (const b of things.slice(i + 1)) {
      const { left, top, right, bottom } = common(a, b);
      // Lines of text are told a little higher than they are spaced.
      const least = texts.includes(a) && texts.includes(b) ? 3 : 1.5;
      if (
        right - left <= 1 ||
        bottom - top <= least ||
        a.layer !== b.layer ||
        a.element.contains(b.element) ||
        b.element.contains(a.element)
      )
        continue;
      faults.add(`over: ${a.words} and ${b.words}, ${Math.round(right - left)} by ${Math.round(bottom - top)}`);
    }
  }

  const scrolls = (overflow: string): boolean => overflow === 'auto' || overflow === 'scroll';
  const holdsTable = (element: Element): boolean => element.firstElementChild?.matches('table') === true;
  for (const element of document.querySelectorAll('body *')) {
    const { overflowX, overflowY } = getComputedStyle(element);
    const { clientHeight, clientWidth, scrollHeight, scrollWidth } = element;
    const [isWide, isHigh] = [
      scrollWidth > clientWidth + 1 && !holdsTable(element),
      scrollHeight > clientHeight + 1 && clientHeight < READABLE,
    ];
    if (scrolls(overflowX) && isWide && isShown(element))
      faults.add(`wide: ${nameOf(element)} is ${scrollWidth} px wide in ${clientWidth}`);
    if (scrolls(overflowY) && isHigh && isShown(element))
      faults.add(`squeezed: ${nameOf(element)} shows ${clientHeight} of ${scrollHeight}`);
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) faults.add(`wide: ${scrollWidth} px in a window of ${innerWidth}`);
  return [...faults];
}

/**
 * Writes an error to the console whenever the page is wider than its window, from its first frame on; a frame is given to charts that
 * follow their place's width. For a page's start: what lasts until a check has ended is over before a test looks.
 */
export function watchWidth(): void {
  let widest = 0;
  let due = false;
  const look = (): void => {
    due = false;
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth && scrollWidth > widest)
      console.error(`The page is ${(widest = scrollWidth)} px wide in a window of ${innerWidth}.`);
  };
  const soon = (): void => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => requestAnimationFrame(look));
  };
  new MutationObserver(soon).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  window.addEventListener('resize', soon);
  document.fonts.addEventListener('loadingdone', soon);
}
