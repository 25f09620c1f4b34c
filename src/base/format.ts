/** Numbers as the page and its reports write them: thin spaces before units, a real minus sign. */

const THIN = '\u2009';

/** Bytes in decimal units with three significant figures: "4.95 MB". */
export function formatBytes(bytes: number): string {
  const { value, unit } = bytesParts(bytes);
  return `${value}${THIN}${unit}`;
}

/** Decimal units (1 kB = 1,000 B) with three figures, apart, so that the page can set the unit smaller; whole bytes below 1 kB. */
export function bytesParts(bytes: number): { readonly value: string; readonly unit: string } {
  if (bytes < 1000) return { value: String(Math.round(bytes)), unit: 'B' };
  const [scale, unit] = bytes < 1e6 ? [1e3, 'kB'] : bytes < 1e9 ? [1e6, 'MB'] : [1e9, 'GB'];
  return { value: threeFigures(bytes / scale), unit };
}

/** Three significant figures, no decimals from 99.95 on; a minus is U+2212. 0 is "0.00". */
export function threeFigures(value: number): string {
  const size = Math.abs(value);
  return signed(size > 0 && size < 0.9995 ? value.toPrecision(3) : value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2));
}

/** Bytes as kB, three figures, no unit: for columns whose head names it. */
export function kilobytes(bytes: number): string {
  const kb = bytes / 1000;
  return kb >= 1000 ? formatCount(Math.round(kb)) : threeFigures(kb);
}

/** Whole numbers with commas between thousands, whatever the browser's language. */
export function formatCount(count: number): string {
  // The tables of languages take 30 ms to load, which the command's start would pay.
  return Number.isSafeInteger(count) ? String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',') : count.toLocaleString('en');
}

/** "1.24 M", for parameters and operations. */
export function formatLarge(count: number): string {
  if (count < 1e4) return formatCount(count);
  const [scale, unit] = count < 1e6 ? [1e3, 'k'] : count < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  return `${threeFigures(count / scale)}${THIN}${unit}`;
}

/** @param percent 0 to 100, not a fraction; a thin space goes before the sign. */
export function formatPercent(percent: number, digits = 1): string {
  return `${signed(percent.toFixed(digits))}${THIN}%`;
}

/** Milliseconds with three significant figures and their unit. */
export function formatMs(ms: number): string {
  return `${threeFigures(ms)}${THIN}ms`;
}

/** Minutes and seconds of a duration: "1:07". */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A weight or error in a few figures. */
export function formatValue(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return signed(size >= 0.001 && size < 1e4 ? String(Number(value.toPrecision(3))) : value.toExponential(1));
}

/** A difference with its sign: "+0.4", "−0.8", "0.0". */
export function formatChange(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : signed(text).replace(/^\u2212(?=[0.]+$)/, '');
}

function signed(text: string): string {
  return text.replace(/^-/, '\u2212').replace('e-', 'e\u2212');
}

/** Sizes in the order of the axes, with a times sign between; a symbolic size by its name. */
export function formatShape(shape: readonly (number | string)[]): string {
  return shape.join('×');
}

/** A class as a person reads it: its name, else its number. Synset ids before the name are left out. */
export function formatClass({ index, name }: { readonly index: number; readonly name: string | null }): string {
  return name === null ? `class ${index}` : name.replace(/^n\d{8}\s+/, '');
}
