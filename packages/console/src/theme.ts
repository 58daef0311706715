import { type CSSVariablesResolver, createTheme, type MantineThemeOverride, mergeThemeOverrides } from '@mantine/core';

/** Calm and dense: one accent colour, small type, hairlines instead of shadows. */
const theme = createTheme({
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '0.95rem' } } },
  components: {
    Paper: { defaultProps: { withBorder: true } },
    Table: { defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
  },
});

/** The look, with names for the buttons that are crosses: screen readers say them. */
export function withNamedButtons({ close, clear }: { close: string; clear: string }): MantineThemeOverride {
  const closing = { defaultProps: { closeButtonProps: { 'aria-label': close } } };
  const clearing = { defaultProps: { clearButtonProps: { 'aria-label': clear } } };
  const components = { Modal: closing, Notification: closing, FileInput: clearing, Select: clearing };
  return mergeThemeOverrides(theme, { components });
}

/** The colour of the words of what cannot be undone. */
export const DANGER = 'var(--ringback-danger)';

/** Under white words. In both schemes: Mantine has such a variable for each of them. */
const FILLED = {
  '--mantine-color-red-filled': '#c92a2a',
  '--mantine-color-red-filled-hover': '#ad2323',
  '--mantine-color-teal-filled': '#087f5b',
  '--mantine-color-teal-filled-hover': '#066649',
};

/**
 * Mantine's dimmed text and its red are too pale to read on our backgrounds, and so are white words on its red and green buttons
 * (WCAG 1.4.3 asks for a contrast of 4.5).
 */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...FILLED,
    '--ringback-danger': '#b42020',
    '--mantine-color-red-light-color': '#b42020',
    '--mantine-color-dimmed': '#5f6770',
    '--mantine-color-placeholder': '#737b84',
  },
  dark: {
    ...FILLED,
    '--ringback-danger': '#ff8787',
    '--mantine-color-dimmed': '#a3a3a3',
    '--mantine-color-placeholder': '#8f8f8f',
  },
});
