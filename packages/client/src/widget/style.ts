/** Of the widget alone: it lives in a shadow tree. Pages set the variables on the element or above it. */
export const STYLE = `
:host {
  display: block;
  max-width: 24rem;
  color: var(--ringback-text, #1b1f24);
  background: var(--ringback-background, #fff);
  border: 1px solid var(--ringback-border, #c9ced6);
  border-radius: var(--ringback-radius, 8px);
  padding: 1rem;
  font: var(--ringback-font, 16px/1.5 system-ui, sans-serif);
  box-sizing: border-box;
}
h2 { margin: 0 0 0.75rem; font-size: 1.2em; }
fieldset { border: 0; margin: 0.75rem 0; padding: 0; }
legend, label.field { font-weight: 600; padding: 0; }
input[type="tel"], select {
  display: block; width: 100%; box-sizing: border-box; margin-top: 0.25rem; padding: 0.5rem;
  font: inherit; color: inherit; background: inherit;
  border: 1px solid var(--ringback-field-border, #767d88); border-radius: var(--ringback-radius, 8px);
}
.hint { margin: 0.25rem 0 0; font-size: 0.875em; color: var(--ringback-hint, #555d68); }
.choice { display: flex; gap: 0.5rem; align-items: baseline; margin: 0.35rem 0; }
.detail { margin: 0 0 0.5rem 1.6rem; }
button {
  font: inherit; font-weight: 600; padding: 0.55rem 1rem; cursor: pointer;
  border: 1px solid transparent; border-radius: var(--ringback-radius, 8px);
  color: var(--ringback-accent-text, #fff); background: var(--ringback-accent, #0b5cad);
}
button.plain { color: var(--ringback-accent, #0b5cad); background: transparent; border-color: currentColor; }
button[disabled] { opacity: 0.6; cursor: default; }
:focus-visible { outline: 3px solid var(--ringback-focus, #f0a500); outline-offset: 2px; }
[role="alert"] { color: var(--ringback-error, #a4161a); margin: 0.75rem 0; }
[role="alert"]:empty { display: none; }
p { margin: 0 0 0.75rem; }
`;
