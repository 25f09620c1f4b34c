/** Bytes of SqueezeNet 1.1's layers in order, kB: the shape of a real model. */
const LAYERS = [7, 4, 4, 37, 8, 4, 37, 17, 17, 148, 33, 17, 148, 49, 38, 333, 74, 38, 333, 99, 67, 591, 131, 67, 591, 2052];
const WIDTH = 1296;
const HEIGHT = 300;
const CUT = 22;

const STEP = WIDTH / LAYERS.length;
const MIDDLE = HEIGHT / 2 - 6;
/** Half of the way between two layers' widths takes this much of a layer on either side. */
const SLOPE = STEP * 0.32;
/** Contour lines between the axis and the edge. */
const CONTOURS = [0.2, 0.4, 0.6, 0.8];

function half(kb: number): number {
  return Math.sqrt(kb) * 2.9 + 3;
}

/** The edge of layers `from` to `to` on one side (-1 above, 1 below), softened where two layers meet. */
function edge(scale: number, part: number, side: -1 | 1, from: number, to: number): string {
  const y = (i: number): number => MIDDLE + side * part * half((LAYERS[i] ?? 0) * scale);
  let path = `${from * STEP} ${y(from)}`;
  for (let i = from + 1; i < to; i++) {
    const x = i * STEP;
    path += `H${x - SLOPE}C${x} ${y(i - 1)} ${x} ${y(i)} ${x + SLOPE} ${y(i)}`;
  }
  return `${path}H${to * STEP}`;
}

/** Above from left to right and below from right to left would need the path twice; two mirrored halves need it once. */
function body(scale: number, from: number, to: number): string {
  return ([-1, 1] as const).map((side) => `M${from * STEP} ${MIDDLE}L${edge(scale, 1, side, from, to)}V${MIDDLE}Z`).join('');
}

function contours(scale: number, from: number, to: number): string {
  return CONTOURS.flatMap((part) => ([-1, 1] as const).map((side) => `M${edge(scale, part, side, from, to)}`)).join('');
}

function outline(scale: number, from: number, to: number): string {
  return ([-1, 1] as const).map((side) => `M${edge(scale, 1, side, from, to)}`).join('');
}

const FOUR_BITS = 0.128;

/** A model on the lathe, drawn: dotted the original, solid what 4 bits leave of it, up to the chisel. */
export function Hero() {
  const end = LAYERS.length;
  const at = CUT * STEP;
  return (
    <figure className="hero">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 14}`}
        role="img"
        aria-label="SqueezeNet 1.1 drawn as a spindle, carved down to 4 bits up to layer 22 of 26"
        fill="none"
      >
        <path d={outline(1, 0, CUT)} stroke="var(--steelline)" strokeDasharray="3 4" />
        <path d={body(1, CUT, end)} fill="var(--steelfill)" fillOpacity="0.3" />
        <path d={contours(1, CUT, end)} stroke="var(--steelline)" strokeOpacity="0.5" />
        <path
          d={`${outline(1, CUT, end)}M${WIDTH} ${MIDDLE - half(LAYERS[end - 1] ?? 0)}v${half(LAYERS[end - 1] ?? 0) * 2}`}
          stroke="var(--steelline)"
        />
        <path d={body(FOUR_BITS, 0, CUT)} fill="var(--woodtint)" />
        <path d={contours(FOUR_BITS, 0, CUT)} stroke="var(--woodfill)" strokeOpacity="0.55" />
        <path d={outline(FOUR_BITS, 0, CUT)} stroke="var(--wood)" strokeWidth="1.5" />
        <path d={`M0 ${HEIGHT}H${WIDTH}`} stroke="var(--line2)" />
        <path d={`M${at} 8V${HEIGHT}`} stroke="var(--ink)" strokeWidth="1.5" />
        <path d={`M${at - 5} 0h10l-5 8z`} fill="var(--ink)" />
        <g stroke="var(--wood)" strokeWidth="1.5" strokeLinecap="round">
          <path
            d={
              `M${at} ${MIDDLE - half(591 * FOUR_BITS)}c-10-30-24-58-38-74-12-14-30-14-39-3-9 ` +
              '12-4 30 10 34 13 3 25-6 24-18-1-10-11-16-19-12-7 3-9 12-3 16 5 3 11 0 11-5'
            }
          />
          <Shaving x={250} size={1} />
          <Shaving x={830} size={1.3} />
          <Shaving x={990} size={0.9} />
        </g>
      </svg>
      <figcaption className="small quiet">
        SqueezeNet 1.1, layer by layer: dotted is the original, solid is 4-bit. Height is the square root of bytes.
      </figcaption>
    </figure>
  );
}

/** A curl on the bench. */
function Shaving({ x, size }: { readonly x: number; readonly size: number }) {
  return (
    <path
      strokeWidth={1.2 / size}
      transform={`translate(${x - 70 * size} ${HEIGHT - 1}) scale(${size})`}
      d="M40 0c14-1 24-2 29-8 4-6 0-13-6-13-6 0-9 6-6 10 3 4 8 2 8-2"
    />
  );
}
