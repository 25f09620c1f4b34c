import type { KeyboardEvent, PointerEvent } from 'react';

interface ThresholdHandleProps {
  readonly side: -1 | 1;
  readonly threshold: number;
  /** Largest magnitude of the layer: the end of the way. */
  readonly largest: number;
  readonly pixels: number;
  readonly height: number;
  readonly text: string;
  readonly toValue: (pixels: number) => number;
  readonly onChange: (threshold: number) => void;
  readonly onSettle: () => void;
}

/** Keys move by this part of the whole way; with Shift ten times as far. */
const KEY_STEPS = 200;

/** A dashed line on the histogram that is dragged, or moved with the keys of a slider. */
export function ThresholdHandle({ side, threshold, largest, pixels, height, text, toValue, onChange, onSettle }: ThresholdHandleProps) {
  const move = (value: number): void => onChange(Number(Math.max(0, Math.min(largest, value)).toPrecision(4)));
  const onPointer = (event: PointerEvent<HTMLElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const frame = event.currentTarget.parentElement?.getBoundingClientRect();
    if (frame) move(side * toValue(event.clientX - frame.left));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = (largest / KEY_STEPS) * (event.shiftKey ? 10 : 1);
    // The right handle goes out with the right arrow, the left one with the left.
    const out = side > 0 ? ['ArrowRight', 'ArrowUp'] : ['ArrowLeft', 'ArrowUp'];
    const back = side > 0 ? ['ArrowLeft', 'ArrowDown'] : ['ArrowRight', 'ArrowDown'];
    if (out.includes(event.key)) move(threshold + step);
    else if (back.includes(event.key)) move(threshold - step);
    else if (event.key === 'Home') move(0);
    else if (event.key === 'End') move(largest);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="threshold"
      role="slider"
      tabIndex={0}
      aria-label={side > 0 ? 'Prune threshold' : 'Prune threshold, negative side'}
      aria-valuemin={0}
      aria-valuemax={Number(largest.toPrecision(4))}
      aria-valuenow={threshold}
      aria-valuetext={text}
      style={{ left: pixels, height }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointer}
      onPointerUp={onSettle}
      onKeyDown={onKeyDown}
      onKeyUp={onSettle}
    />
  );
}
