import { useEffect, useRef, useState } from 'react';
import { formatCount } from '../../base/format';
import type { Picture } from '../../engine/protocol/index';
import { loadPicture } from '../../state/data';

/** Longer side asked for, twice the pixels it is shown with. */
const PIXELS = 192;

/** A sample as a person can look at it; its number where samples are no pictures. For other data it must be another element (its key). */
export function SamplePicture({ sample }: { readonly sample: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [picture, setPicture] = useState<Picture | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    // A picture that cannot be had leaves the number in its place.
    loadPicture(stop.signal, sample, PIXELS).then(
      (loaded) => stop.signal.aborted || setPicture(loaded),
      () => {},
    );
    return () => stop.abort();
  }, [sample]);
  useEffect(() => {
    if (!picture || !canvas.current) return;
    const { width, height, data: pixels } = picture;
    Object.assign(canvas.current, { width, height });
    canvas.current.getContext('2d')?.putImageData(new ImageData(new Uint8ClampedArray(pixels), width, height), 0, 0);
  }, [picture]);
  if (!picture) return <span className="sample-picture small quiet">#{formatCount(sample + 1)}</span>;
  return <canvas ref={canvas} className="sample-picture" role="img" aria-label={`Sample ${formatCount(sample + 1)}`} />;
}
