import { Switch } from 'radix-ui';
import { useId } from 'react';
import '../styles/controls.css';

interface ToggleProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  /** The label is said but not shown. */
  readonly bare?: boolean;
}

export function Toggle({ label, checked, onChange, bare = false }: ToggleProps) {
  const id = useId();
  return (
    <span className="toggle">
      <label htmlFor={id} className={bare ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <Switch.Root id={id} className="switch" checked={checked} onCheckedChange={onChange}>
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
    </span>
  );
}
