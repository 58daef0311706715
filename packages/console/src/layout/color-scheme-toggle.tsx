import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { MoonIcon, SunIcon } from '../icons.js';
import { useShellTexts } from './use-shell-texts.js';

/** Switches between light and dark; until it is used the computer's own setting holds. */
export function ColorSchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const shown = useComputedColorScheme('light');
  const other = shown === 'dark' ? 'light' : 'dark';
  const say = useShellTexts();
  const label = say(other === 'dark' ? 'toDark' : 'toLight');
  return (
    <ActionIcon variant="default" size="md" aria-label={label} title={label} onClick={() => setColorScheme(other)}>
      {shown === 'dark' ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}
