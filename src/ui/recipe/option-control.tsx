import type { NumberField, OptionField, OptionValue } from '../../passes/options';
import { settle } from '../../state/recipe';
import { NumberSlider } from '../parts/number-slider';
import { Segmented } from '../parts/segmented';
import { Toggle } from '../parts/toggle';
import { Help } from '../parts/help';
import { termsOfOption } from '../glossary';

interface OptionControlProps {
  readonly field: OptionField;
  readonly value: OptionValue | undefined;
  /** A layer's own value, not the recipe's. */
  readonly own?: boolean;
  /** undefined: back to the default. */
  readonly onChange: (value: OptionValue | undefined) => void;
}

/** More choices than this, or labels longer than this together, go into a list. */
const SEGMENTS = 3;
const SEGMENT_LETTERS = 20;

/** The control that an option's field asks for; its label explains it. */
export function OptionControl({ field, value, own = false, onChange }: OptionControlProps) {
  const explains = { about: field.label, terms: termsOfOption(field.key), children: <p>{field.help}</p> };
  if (field.type === 'boolean') {
    return (
      <span className="option-toggle">
        <Toggle label={field.label} checked={value === true} onChange={onChange} />
        <Help {...explains} />
      </span>
    );
  }
  return (
    <div className="option" data-own={own || undefined}>
      <Help {...explains} trigger={field.label} />
      <Control field={field} value={value} onChange={onChange} />
    </div>
  );
}

function Control({ field, value, onChange }: OptionControlProps) {
  switch (field.type) {
    case 'number':
      return field.control === 'slider' ? (
        <SliderControl field={field} value={value} onChange={onChange} />
      ) : (
        <NumberControl field={field} value={value} onChange={onChange} />
      );
    case 'choice': {
      const choices = field.choices.map((choice) => ({ value: String(choice.value), label: choice.label }));
      const choose = (text: string): void => onChange(field.choices.find((choice) => String(choice.value) === text)?.value);
      const letters = choices.reduce((n, choice) => n + choice.label.length, 0);
      if (choices.length <= SEGMENTS && letters <= SEGMENT_LETTERS)
        return <Segmented label={field.label} value={String(value)} choices={choices} onChange={choose} />;
      return (
        <select aria-label={field.label} className="field" value={String(value)} onChange={(event) => choose(event.target.value)}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      );
    }
    case 'text':
      return (
        <input
          aria-label={field.label}
          className="field"
          value={String(value ?? '')}
          onChange={(event) => onChange(event.target.value)}
          onBlur={settle}
        />
      );
    case 'boolean':
      return null;
  }
}

interface NumberControlProps extends OptionControlProps {
  readonly field: NumberField;
}

function SliderControl({ field, value, onChange }: NumberControlProps) {
  return (
    <NumberSlider
      label={field.label}
      value={typeof value === 'number' ? value : field.min}
      min={field.min}
      max={field.max}
      step={field.step}
      percent={field.display === 'percent'}
      onChange={onChange}
      onCommit={settle}
      onReset={() => onChange(undefined)}
    />
  );
}

/** A number that may be left empty: the option is then absent. */
function NumberControl({ field, value, onChange }: NumberControlProps) {
  return (
    <input
      aria-label={field.label}
      className="field"
      type="number"
      min={field.min}
      max={field.max}
      step="any"
      placeholder="not set"
      value={typeof value === 'number' ? value : ''}
      onChange={(event) => {
        const number = event.target.valueAsNumber;
        if (Number.isNaN(number)) onChange(undefined);
        else if (number >= field.min && number <= field.max) onChange(number);
      }}
      onBlur={settle}
    />
  );
}
