import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RingbackError } from '../kernel/index.js';
import {
  type Expression,
  evaluate,
  formatExpression,
  holds,
  namesIn,
  parseExpression,
  unmetConditions,
} from './skill-expression.js';

const levels: Record<string, number> = { billing: 7, english: 3, Sales: 8, 'credit-cards': 2, 'Customer Care': 5 };
const levelOf = (name: string) => levels[name] ?? 0;
const value = (text: string) => holds(parseExpression(text), levelOf);

describe('a skill expression', () => {
  it.each([
    ['billing>5', true],
    ['billing > 7', false],
    ['billing>=7', true],
    ['billing=7', true],
    ['billing==7', true],
    ['billing!=7', false],
    ['billing<8', true],
    ['billing<=6', false],
    ['(psap3 > 0)', false],
    ['french=0', true],
    ['english+Sales>10', true],
    ['english+Sales>11', false],
    ['Sales - english * 2 = 2', true],
    ['(Sales - english) * 2 = 10', true],
    ['billing/2=3', true],
    ['billing/french=0', true],
    ['english > -1', true],
    ['billing', true],
    ['french', false],
    ['billing&gt;5 &amp; english&lt;4', true],
    ['billing>5 && english>5 || Sales>5', true],
    ['credit-cards=2', true],
    ['"Customer Care">4', true],
    ["'Customer Care'>5", false],
    ['10 < english + Sales', true],
  ])('%s is %s', (text, expected) => expect(value(text)).toBe(expected));

  it.each([
    ['Sales>5 | french>5 & french>5', false, 'from left to right: (Sales>5 | french>5) & french>5'],
    ['french>5 & french>5 | Sales>5', true, 'from left to right: (french>5 & french>5) | Sales>5'],
    ['Sales>5 | (french>5 & french>5)', true, 'parentheses override'],
  ])('%s is %s: & and | bind equally, %s', (text, expected) => expect(value(text)).toBe(expected));

  it.each([
    '',
    'billing >',
    '> 5',
    'billing > 5 english > 2',
    '(billing > 5',
    'billing > 5)',
    'billing > 2.5',
    'billing > 5 &',
    'billing ! 5',
    'billing > 5 > 2',
    'billing; process.exit()',
    '-billing > 2',
    `${'('.repeat(100)}billing${')'.repeat(100)}`,
    'x'.repeat(5000),
    'billing > 99999999999999999999',
  ])('%j is refused with its position', (text) => {
    expect(() => parseExpression(text)).toThrow(RingbackError);
  });

  it('does not reach inherited properties', () =>
    expect(namesIn(parseExpression('constructor>0'))).toEqual(['constructor']));

  it('says which conditions are not met, with the values found', () => {
    expect(unmetConditions(parseExpression('billing>5 & french>2 & english+Sales>20'), levelOf)).toEqual([
      'french>2, french is 0',
      'english+Sales>20, english is 3, Sales is 8',
    ]);
    expect(unmetConditions(parseExpression('billing>5 | french>2'), levelOf)).toEqual([]);
  });

  it('means the same after it has been formatted and parsed again', () => {
    const leaf: fc.Arbitrary<Expression> = fc.oneof(
      fc.integer({ min: -9, max: 20 }).map((number): Expression => ({ kind: 'integer', value: number })),
      fc.constantFrom(...Object.keys(levels), 'french').map((name): Expression => ({ kind: 'name', name })),
    );
    const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.record({
          kind: fc.constant('arithmetic' as const),
          operator: fc.constantFrom('+' as const, '-' as const, '*' as const, '/' as const),
          left: tie('tree'),
          right: tie('tree'),
        }),
        fc.record({
          kind: fc.constant('comparison' as const),
          operator: fc.constantFrom('=' as const, '!=' as const, '>' as const, '>=' as const, '<' as const),
          left: tie('tree'),
          right: tie('tree'),
        }),
        fc.record({
          kind: fc.constant('logical' as const),
          operator: fc.constantFrom('&' as const, '|' as const),
          left: tie('tree'),
          right: tie('tree'),
        }),
      ),
    }));
    fc.assert(
      fc.property(tree, (expression) => {
        const again = parseExpression(formatExpression(expression));
        expect(evaluate(again, levelOf) + 0).toBe(evaluate(expression, levelOf) + 0);
        expect(formatExpression(again)).toBe(formatExpression(expression));
      }),
      { numRuns: 500 },
    );
  });
});
