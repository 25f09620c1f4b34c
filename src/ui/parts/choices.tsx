interface ChoicesProps {
  readonly label: string;
  readonly values: readonly number[];
  readonly chosen: readonly number[];
  readonly onChange: (chosen: readonly number[]) => void;
  readonly format: (value: number) => string;
  /** The last one cannot be taken away. */
  readonly atLeastOne?: boolean;
}

/** Several of a few numbers. */
export function Choices({ label, values, chosen, onChange, format, atLeastOne = false }: ChoicesProps) {
  const toggle = (value: number, on: boolean): void => {
    const next = values.filter((other) => (other === value ? on : chosen.includes(other)));
    if (next.length > 0 || !atLeastOne) onChange(next);
  };
  return (
    <fieldset className="choices">
      <legend className="small quiet">{label}</legend>
      {values.map((value) => (
        <label key={value}>
          <input type="checkbox" checked={chosen.includes(value)} onChange={({ target }) => toggle(value, target.checked)} />
          {format(value)}
        </label>
      ))}
    </fieldset>
  );
}
