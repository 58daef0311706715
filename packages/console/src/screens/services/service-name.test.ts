import { describe, expect, it } from 'vitest';
import { nameProblem } from './service-name.js';

describe('the name of a new service', () => {
  it.each([
    ['BasicCallback-2', undefined],
    ['rappel du soir', undefined],
    ['コールバック', undefined],
    ['x'.repeat(255), undefined],
    ['', 'nameMissing'],
    ['  ', 'nameMissing'],
    ['x'.repeat(256), 'nameIllegal'],
    ['a\tb', 'nameIllegal'],
    ['a\u007fb', 'nameIllegal'],
    ['..', 'nameIllegal'],
    [' hello ', 'nameTaken'],
  ])('%j: %s', (name, problem) => {
    expect(nameProblem(name, [{ name: 'hello' }])).toBe(problem);
  });
});
