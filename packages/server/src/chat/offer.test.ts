import { describe, expect, it } from 'vitest';
import { type ChatAgent, chooseAgent, type Refusals } from './offer.js';

const NOW = 1000;
const agent = (id: string, readySince = 0, most = 2): ChatAgent => ({ id, readySince, most });

describe('a chat is offered to', () => {
  it.each<[string, ChatAgent[], Record<string, number>, Refusals, string | undefined]>([
    ['nobody, where nobody is', [], {}, {}, undefined],
    ['the only one', [agent('a')], {}, {}, 'a'],
    ['who has fewer chats', [agent('a'), agent('b')], { a: 1 }, {}, 'b'],
    ['who has been ready longer, among equals', [agent('a', 20), agent('b', 10)], { a: 1, b: 1 }, {}, 'b'],
    ['nobody who has all the chats that are allowed', [agent('a')], { a: 2 }, {}, undefined],
    ['who may have more of them', [agent('a'), agent('b', 0, 5)], { a: 2, b: 4 }, {}, 'b'],
    ['nobody who takes none', [agent('a', 0, 0)], {}, {}, undefined],
    ['nobody who has just refused', [agent('a')], {}, { a: NOW + 1 }, undefined],
    ['the next one, when one has refused', [agent('a', 1), agent('b', 2)], {}, { a: NOW + 1 }, 'b'],
    ['who refused long ago', [agent('a')], {}, { a: NOW }, 'a'],
  ])('%s', (_what, agents, load, refused, chosen) => {
    expect(chooseAgent(agents, new Map(Object.entries(load)), refused, NOW)).toBe(chosen);
  });
});
