// The function travels to the page alone, with all that it needs.
// oxlint-disable unicorn/consistent-function-scoping
/**
 * What is told by a fill alone and is gone where the person's own colours are forced on the page (`forced-colors: active`), in words; none:
 * an empty list. Runs in the page and knows nothing of this file.
 * - a mark: no words, no edge, and the colour of the ground that it lies on;
 * - a state (chosen, pressed, selected, done) that looks like its neighbour without it.
 */
export function vanished(): string[] {
  const STATES = [
    '[data-state=on]',
    '[data-state=checked]',
    '[aria-pressed=true]',
    '[aria-selected=true]',
    '[aria-current=page]',
    '[data-highlighted]',
    '[data-done]',
    '[data-selected]',
  ];
  const MARKS = '.switch-thumb, .slider-track, .slider-range, .slider-thumb, .key, .job-segments span';
  const canvas = document.body.appendChild(document.createElement('i'));
  canvas.style.backgroundColor = 'Canvas';
  const paper = getComputedStyle(canvas).backgroundColor;
  canvas.remove();
  const CLEAR = 'rgba(0, 0, 0, 0)';
  // The computed fill is the page's own; only where the page keeps it is it also what is drawn.
  const fillOf = (style: CSSStyleDeclaration): string =>
    style.getPropertyValue('forced-color-adjust') === 'none' ? style.backgroundColor : CLEAR;
  /** The colour behind an element's children: its own, that of what is drawn before them, or what it lies on. */
  const groundOf = (element: Element | null): string => {
    if (!element) return paper;
    const fill = ['::before', null].map((part) => fillOf(getComputedStyle(element, part))).find((colour) => colour !== CLEAR);
    return fill ?? groundOf(element.parentElement);
  };
  const hasEdge = ({ borderTopStyle, borderTopWidth, borderTopColor }: CSSStyleDeclaration, ground: string): boolean =>
    borderTopStyle !== 'none' && borderTopWidth !== '0px' && ![CLEAR, ground].includes(borderTopColor);
  const looks = (element: Element): string =>
    [null, '::before']
      .map((part) => getComputedStyle(element, part))
      .map((style) => `${fillOf(style)} ${style.borderColor} ${style.outline}`)
      .join('; ');
  const nameOf = (element: Element): string => `${element.getAttribute('class') ?? element.tagName} "${element.textContent.slice(0, 30)}"`;

  const marks = [...document.querySelectorAll(MARKS)].filter((element) => element.checkVisibility());
  const gone = marks.filter((element) => {
    const style = getComputedStyle(element);
    const ground = groundOf(element.parentElement);
    return [CLEAR, ground].includes(fillOf(style)) && style.backgroundImage === 'none' && !hasEdge(style, ground);
  });
  const same = STATES.flatMap((state) =>
    [...document.querySelectorAll(state)].flatMap((element) => {
      const kind = element.getAttribute('class')?.split(' ')[0];
      const others = kind === undefined ? [...(element.parentElement?.children ?? [])] : [...document.getElementsByClassName(kind)];
      const other = others.find((each) => each.tagName === element.tagName && !each.matches(state));
      return element.checkVisibility() && other && looks(other) === looks(element) ? [`${state} of ${nameOf(element)}`] : [];
    }),
  );
  return [...gone.map(nameOf), ...same];
}
