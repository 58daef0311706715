/**
 * The callback widget, one script tag (docs/client.md):
 *
 *   <script type="module" src="https://server/widget.js" data-service="Support" data-queue="SupportVQ"
 *           data-phone="+442079460018"></script>
 *
 * It appears where the script stands. Elsewhere, or several times: `<ringback-callback service="Support">`. The server is
 * the one that the script came from; another one is named by `server`.
 */
import { CallbackWidget } from './callback-widget.js';

const NAME = 'ringback-callback';
const ATTRIBUTES = ['service', 'queue', 'phone', 'server', 'lang', 'days'] as const;

if (!customElements.get(NAME)) customElements.define(NAME, CallbackWidget);

for (const script of document.querySelectorAll<HTMLScriptElement>('script[data-service]')) {
  if (!/\/widget\.js(\?|$)/.test(script.src) || script.dataset.placed !== undefined) continue;
  script.dataset.placed = '';
  const widget = document.createElement(NAME);
  for (const name of ATTRIBUTES) {
    const value = script.dataset[name];
    if (value !== undefined) widget.setAttribute(name, value);
  }
  script.after(widget);
}

export { CallbackWidget };
