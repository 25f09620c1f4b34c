import { ToggleGroup } from 'radix-ui';
import '../styles/controls.css';

interface SegmentedProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (value: string) => void;
}

/** A few choices side by side, one chosen. */
export function Segmented({ label, value, choices, onChange }: SegmentedProps) {
  return (
    // An empty value is the chosen one pressed again: a choice cannot be unmade.
    <ToggleGroup.Root
      type="single"
      className="segmented"
      aria-label={label}
      value={value}
      onValueChange={(next) => next !== '' && onChange(next)}
    >
      {choices.map((choice) => (
        <ToggleGroup.Item key={choice.value} value={choice.value} className="segment">
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
