import { Slider } from 'radix-ui';
import { useState } from 'react';
import { decimal } from '../../base/number-text';
import '../styles/controls.css';

interface NumberSliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** Percent fields hold a fraction and are typed as percent. */
  readonly percent?: boolean;
  readonly disabled?: boolean;
  readonly onChange: (value: number) => void;
  /** The pointer was released, the key let go, or the field left. */
  readonly onCommit: () => void;
  readonly onReset: () => void;
}

/** A slider with a field beside it that accepts typing; a double click on the track resets. */
export function NumberSlider(props: NumberSliderProps) {
  const { label, value, min, max, step, percent = false, disabled = false, onChange, onCommit, onReset } = props;
  const scale = percent ? 100 : 1;
  const shown = String(Number((value * scale).toFixed(percent ? 1 : 4)));
  // What is being typed; null: the field shows the value.
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string): void => {
    setTyped(text);
    const number = (decimal(text) ?? Number.NaN) / scale;
    if (number >= min && number <= max) onChange(number);
  };
  return (
    <div className="number-slider">
      <Slider.Root
        className="slider"
        value={[value]}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        onValueChange={([next]) => next !== undefined && onChange(next)}
        onValueCommit={onCommit}
        onDoubleClick={onReset}
      >
        <Slider.Track className="slider-track">
          <Slider.Range className="slider-range" />
        </Slider.Track>
        <Slider.Thumb className="slider-thumb" aria-label={label} aria-valuetext={percent ? `${shown} percent` : shown} />
      </Slider.Root>
      <span className="slider-field">
        <input
          className="field"
          inputMode="decimal"
          aria-label={`${label}, as a number`}
          value={typed ?? shown}
          disabled={disabled}
          onChange={(event) => type(event.target.value)}
          onBlur={() => {
            setTyped(null);
            onCommit();
          }}
        />
        {percent && <span aria-hidden>%</span>}
      </span>
    </div>
  );
}
