/** Bytes of SqueezeNet 1.1's layers in order, kB: the shape of a real model. */
const LAYERS = [7, 4, 4, 37, 8, 4, 37, 17, 17, 148, 33, 17, 148, 49, 38, 333, 74, 38, 333, 99, 67, 591, 131, 67, 591, 2052];
const WIDTH = 1296;
const HEIGHT = 300;
const CUT = 22;

/** A model on the lathe, drawn: dotted the original, solid what 4 bits leave of it, up to the chisel. */
export function Hero() {
  const step = WIDTH / LAYERS.length;
  const edge = (scale: number, from: number, to: number): string => {
    const top: string[] = [];
    const bottom: string[] = [];
    LAYERS.slice(from, to).forEach((kb, i) => {
      const half = Math.sqrt(kb * scale) * 2.9 + 3;
      const x = (from + i) * step;
      top.push(`${x},${HEIGHT / 2 - half} ${x + step},${HEIGHT / 2 - half}`);
      bottom.unshift(`${x + step},${HEIGHT / 2 + half} ${x},${HEIGHT / 2 + half}`);
    });
    return [...top, ...bottom].join(' ');
  };
  return (
    <figure className="hero">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="SqueezeNet 1.1 drawn as a spindle, half carved down to 4 bits">
        <polygon points={edge(1, 0, CUT)} fill="none" stroke="var(--steelline)" strokeDasharray="2 4" />
        <polygon points={edge(1, CUT, LAYERS.length)} fill="var(--steelfill)" fillOpacity="0.45" stroke="var(--steelline)" />
        <polygon points={edge(0.128, 0, CUT)} fill="var(--woodtint)" stroke="var(--woodfill)" strokeWidth="1.500" />
        <line x1={CUT * step} x2={CUT * step} y1="6" y2={HEIGHT} stroke="var(--ink)" />
        <path d={`M${CUT * step - 6} 0h12l-6 9z`} fill="var(--ink)" />
        <path
          d={`M${CUT * step} 128c-10-26-20-52-42-70a23 23 0 1 0-34 30 17 17 0 1 0 22-24 11 11 0 1 0-14 12`}
          fill="none"
          stroke="var(--woodfill)"
          strokeWidth="2"
          strokeLinecap="round"
        />
      </svg>
      <figcaption className="small quiet">SqueezeNet 1.1, layer by layer: dotted outline is the original, solid is 4-bit. Height is the square root of bytes.</figcaption>
    </figure>
  );
}
