import { Moon, Sun, SunMoon } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTaste, type Theme } from '../../state/view';
import '../styles/dialog.css';

const THEMES: readonly { readonly theme: Theme; readonly label: string; readonly Icon: typeof Sun }[] = [
  { theme: 'system', label: 'As the system', Icon: SunMoon },
  { theme: 'light', label: 'Light', Icon: Sun },
  { theme: 'dark', label: 'Dark', Icon: Moon },
];

/** Light, dark, or as the system has it. */
export function ThemeMenu() {
  const theme = useTaste((state) => state.theme);
  const chosen = THEMES.find((choice) => choice.theme === theme);
  const Icon = chosen?.Icon ?? SunMoon;
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button plain theme" aria-label={`Theme: ${chosen?.label ?? theme}`}>
        <Icon size={16} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end">
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(next) => useTaste.setState({ theme: THEMES.find((choice) => choice.theme === next)?.theme ?? 'system' })}
          >
            {THEMES.map(({ theme: value, label, Icon: ThemeIcon }) => (
              <DropdownMenu.RadioItem key={value} value={value} className="menu-item">
                <ThemeIcon size={14} aria-hidden /> {label}
                {value === theme && <span className="quiet"> on</span>}
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
