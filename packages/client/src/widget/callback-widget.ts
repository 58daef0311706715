import { RingbackFailure } from '../failure.js';
import { Ringback, type Slot, type Wait } from '../index.js';
import { STYLE } from './style.js';
import { filled, type Texts, textsFor } from './texts.js';

type Choice = 'now' | 'later' | 'wait';

const DEFAULT_DAYS = 7;
const MOST_TIMES = 200;

/**
 * `<ringback-callback service queue? phone? server? lang? days?>`: offers to be called back now, at a free time, or to
 * wait on the line (`phone`), with the expected wait of the virtual queue `queue`.
 *
 * States: form -> booked (or waiting on the line) -> cancelled -> form. It tells the page what happens by the events
 * `ringback-booked` (`detail: {id, desiredTime?}`) and `ringback-cancelled` (`detail: {id}`).
 */
export class CallbackWidget extends HTMLElement {
  #ringback: Ringback | undefined;
  #texts: Texts = textsFor().texts;
  #language = 'en';
  #slots: readonly Slot[] = [];
  #wait: Wait | undefined;

  connectedCallback(): void {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' });
    const own = textsFor(this.getAttribute('lang'), document.documentElement.lang, navigator.language);
    this.#texts = own.texts;
    this.#language = own.language;
    this.setAttribute('lang', own.language);
    this.#ringback = new Ringback({ baseUrl: this.getAttribute('server') ?? new URL(import.meta.url).origin });
    this.#showForm();
    void this.#load();
  }

  get #service(): string {
    return this.getAttribute('service') ?? '';
  }

  /** Free times and the expected wait: what cannot be had is not offered. */
  async #load(): Promise<void> {
    const queue = this.getAttribute('queue');
    const days = Number(this.getAttribute('days')) || DEFAULT_DAYS;
    const callbacks = this.#ringback?.callbacks;
    if (!callbacks) return;
    const [slots, wait] = await Promise.allSettled([
      callbacks.availability(this.#service, { days, most: MOST_TIMES }),
      queue === null ? Promise.resolve(undefined) : callbacks.wait(queue),
    ]);
    this.#slots = slots.status === 'fulfilled' ? slots.value.filter(({ capacity }) => capacity > 0) : [];
    this.#wait = wait.status === 'fulfilled' ? wait.value : undefined;
    this.#fillTimes();
    this.#fillWait();
  }

  #showForm(): void {
    const texts = this.#texts;
    const phone = this.getAttribute('phone');
    const form = element('form', { novalidate: '', 'aria-labelledby': 'title' }, [
      element('label', { class: 'field', for: 'number' }, [texts.number]),
      element('input', {
        ...{ id: 'number', type: 'tel', autocomplete: 'tel', required: '', 'aria-describedby': 'number-hint error' },
      }),
      element('p', { id: 'number-hint', class: 'hint' }, [texts.numberHint]),
      element('fieldset', {}, [
        element('legend', {}, [texts.when]),
        ...this.#choice('now', texts.now, true),
        element('p', { id: 'expected', class: 'hint detail', 'aria-live': 'polite' }),
        ...this.#choice('later', texts.later, false),
        element('div', { id: 'times', class: 'detail', hidden: '' }, [
          element('label', { for: 'time' }, [texts.time]),
          element('select', { id: 'time' }),
        ]),
        ...(phone === null ? [] : this.#choice('wait', texts.wait, false)),
      ]),
      element('div', { role: 'alert', id: 'error' }),
      element('button', { type: 'submit' }, [texts.submit]),
    ]);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    form.addEventListener('change', () => this.#choiceChanged());
    form.addEventListener('input', () => {
      this.#complain('');
      this.#find('number')?.removeAttribute('aria-invalid');
    });
    this.#show(form);
    this.#fillTimes();
    this.#fillWait();
  }

  #choice(value: Choice, label: string, checked: boolean): HTMLElement[] {
    const input = element('input', { type: 'radio', name: 'when', id: value, value, ...(checked && { checked: '' }) });
    return [element('div', { class: 'choice' }, [input, element('label', { for: value }, [label])])];
  }

  #choiceChanged(): void {
    const times = this.#find('times');
    if (times) times.hidden = this.#chosen() !== 'later';
  }

  #chosen(): Choice {
    const checked = this.shadowRoot?.querySelector<HTMLInputElement>('input[name=when]:checked')?.value;
    return checked === 'later' || checked === 'wait' ? checked : 'now';
  }

  #fillTimes(): void {
    const select = this.#find<HTMLSelectElement>('time');
    const later = this.#find<HTMLInputElement>('later');
    if (!select || !later) return;
    later.disabled = this.#slots.length === 0;
    const options = this.#slots.map(({ time }) => element('option', { value: time.toISOString() }, [this.#told(time)]));
    select.replaceChildren(
      ...(options.length > 0 ? options : [element('option', { value: '' }, [this.#texts.noTimes])]),
    );
  }

  #fillWait(): void {
    const place = this.#find('expected');
    if (!place) return;
    const wait = this.#wait;
    if (this.getAttribute('queue') === null) place.textContent = '';
    else if (!wait) place.textContent = this.#texts.waitUnknown;
    else {
      const from = Math.floor(wait.lowSeconds / 60);
      const to = Math.max(from + 1, Math.ceil(wait.highSeconds / 60));
      place.textContent = filled(this.#texts.waiting, { from, to });
    }
  }

  async #submit(): Promise<void> {
    const chosen = this.#chosen();
    const phone = this.getAttribute('phone');
    if (chosen === 'wait' && phone !== null) {
      this.#showResult(filled(this.#texts.stayOnLine, { number: phone }), phone);
      return;
    }
    const field = this.#find<HTMLInputElement>('number');
    const number = field?.value.trim() ?? '';
    if (number === '') {
      this.#complain(this.#texts.numberMissing, field);
      return;
    }
    const at = this.#find<HTMLSelectElement>('time')?.value ?? '';
    const desiredTime = chosen === 'later' && at !== '' ? new Date(at) : undefined;
    await this.#busy(async () => {
      const booking = await this.#ringback?.callbacks.book(this.#service, {
        number,
        ...(desiredTime && { desiredTime }),
      });
      if (!booking) return;
      const told = desiredTime ? this.#texts.bookedAt : this.#texts.bookedNow;
      const time = desiredTime ? this.#told(desiredTime) : '';
      this.#showBooked(filled(told, { number, time }), booking.id);
      this.#tell('ringback-booked', { id: booking.id, ...(desiredTime && { desiredTime }) });
    });
  }

  #showBooked(text: string, id: string): void {
    const cancel = element('button', { type: 'button', class: 'plain' }, [this.#texts.cancel]);
    cancel.addEventListener('click', () => {
      void this.#busy(async () => {
        await this.#ringback?.callbacks.cancel(this.#service, id);
        this.#tell('ringback-cancelled', { id });
        this.#showResult(this.#texts.cancelled);
      });
    });
    this.#showMessage(text, cancel);
  }

  /** @param phone becomes a link */
  #showResult(text: string, phone?: string): void {
    const again = element('button', { type: 'button', class: 'plain' }, [this.#texts.again]);
    again.addEventListener('click', () => {
      this.#showForm();
      void this.#load();
      this.#find('number')?.focus();
    });
    const link = phone === undefined ? [] : [element('p', {}, [element('a', { href: `tel:${phone}` }, [phone])])];
    this.#showMessage(text, ...link, again);
  }

  /** What was done is read out, and the focus goes to it: the form is gone. */
  #showMessage(text: string, ...more: HTMLElement[]): void {
    const message = element('p', { role: 'status', tabindex: '-1' }, [text]);
    this.#show(message, element('div', { role: 'alert', id: 'error' }), ...more);
    message.focus();
  }

  async #busy(work: () => Promise<void>): Promise<void> {
    const button = this.shadowRoot?.querySelector('button');
    const label = button?.textContent ?? '';
    if (button) Object.assign(button, { disabled: true, textContent: this.#texts.sending });
    try {
      await work();
    } catch (error) {
      if (button) Object.assign(button, { disabled: false, textContent: label });
      await this.#explain(error);
    }
  }

  async #explain(error: unknown): Promise<void> {
    if (!(error instanceof RingbackFailure)) throw error;
    if (error.status === 0) this.#complain(this.#texts.unreachable);
    else if (error.proposals) {
      this.#complain(this.#texts.notFree);
      await this.#load();
    } else this.#complain(filled(this.#texts.failed, { reason: error.message }));
  }

  #complain(text: string, field?: HTMLElement | null): void {
    const place = this.#find('error');
    if (place) place.textContent = text;
    field?.setAttribute('aria-invalid', 'true');
    field?.focus();
  }

  #told(time: Date): string {
    return new Intl.DateTimeFormat(this.#language, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
  }

  #tell(name: string, detail: object): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #find<T extends HTMLElement>(id: string): T | null {
    return this.shadowRoot?.querySelector<T>(`#${id}`) ?? null;
  }

  #show(...content: HTMLElement[]): void {
    const style = element('style', {}, [STYLE]);
    this.shadowRoot?.replaceChildren(style, element('h2', { id: 'title' }, [this.#texts.title]), ...content);
  }
}

function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  content: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...content);
  return made;
}
