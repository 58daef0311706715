import { describe, expect, it } from 'vitest';
import { LANGUAGES, type Language } from './language.js';

type Bundle = Readonly<Record<Language, Readonly<Record<string, string>>>>;

const bundles = Object.entries(import.meta.glob<Bundle>('../**/*.texts.ts', { eager: true }));

/** The names of the values that a text takes, sorted. */
function values(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
}

describe('the texts of the console', () => {
  it('are found', () => {
    expect(bundles.length).toBeGreaterThan(10);
  });

  it.each(bundles)('%s says everything in every language, with the same values', (_, bundle) => {
    for (const language of LANGUAGES) {
      expect(Object.keys(bundle[language]), language).toEqual(Object.keys(bundle.en));
      for (const [key, text] of Object.entries(bundle[language])) {
        expect(text, `${language} ${key}`).not.toBe('');
        expect(values(text), `${language} ${key}`).toEqual(values(bundle.en[key] ?? ''));
      }
    }
  });
});
