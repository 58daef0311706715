import type { Effect, StepResult } from '@ringback/scxml';
import { describe, expect, test } from 'vitest';
import { DatabaseUnavailable, type JsonValue, RingbackError } from '../kernel/index.js';
import type { SessionLookup } from './action-module.js';
import { type Answers, lookUp, withAnswers } from './lookups.js';
import { ModuleRegistry } from './module-registry.js';

const LOG: Effect = { kind: 'log', text: 'done' };

function question(name: string): Effect {
  return { kind: 'call', op: 'ask', args: [name, `test.${name}`, []] };
}

function step(effects: Effect[]): StepResult {
  return { status: 'running', step: 1, snapshot: '', configuration: [], effects };
}

/** A macrostep that asks for what `wants` says it asks for, given the answers that it has. */
async function answered(wants: (answers: Answers) => string[]): Promise<{ runs: Answers[]; effects: Effect[] }> {
  const runs: Answers[] = [];
  const result = await withAnswers(
    async (answers) => {
      runs.push({ ...answers });
      const open = wants(answers).filter((name) => !(name in answers));
      return step([...open.map(question), LOG]);
    },
    async (operation) => operation.length,
  );
  return { runs, effects: result.effects };
}

describe('a macrostep with questions', () => {
  test('runs once if it asks nothing', async () => {
    expect(await answered(() => [])).toEqual({ runs: [{}], effects: [LOG] });
  });

  test('runs again with all answers, and the questions are no effects', async () => {
    const { runs, effects } = await answered(() => ['a', 'bc']);
    expect(runs).toEqual([{}, { a: 6, bc: 7 }]);
    expect(effects).toEqual([LOG]);
  });

  test('may ask for more when it knows more', async () => {
    const { runs } = await answered((answers) => ['a', ...('a' in answers ? ['b'] : [])]);
    expect(runs.map((answers) => Object.keys(answers))).toEqual([[], ['a'], ['a', 'b']]);
  });

  test('that asks without end is given up on, not repeated for ever', async () => {
    const { runs, effects } = await answered((answers) => [`next-${Object.keys(answers).length}`]);
    expect(runs).toHaveLength(8);
    expect(effects).toEqual([LOG]);
    const many = await answered(() => Array.from({ length: 501 }, (_, index) => `q${index}`));
    expect(many.runs).toHaveLength(1);
  });

  test('takes no notice of a question that makes no sense', async () => {
    const odd: Effect = { kind: 'call', op: 'ask', args: [7] };
    const result = await withAnswers(
      async () => step([odd, LOG]),
      async () => {
        throw new Error('nobody asked');
      },
    );
    expect(result.effects).toEqual([LOG]);
  });
});

describe('a lookup', () => {
  const look = (lookup: SessionLookup, operation = 'test.it'): Promise<JsonValue> => {
    const module = { namespaces: ['test'], prefix: 'test', actions: {}, lookups: { 'test.it': lookup } };
    return lookUp(new ModuleRegistry().add(module), { id: 's', flow: 'f' }, operation, ['x'], 5);
  };

  test('has the arguments, and is unknown by another name', async () => {
    const echo: SessionLookup = ({ id }, args, now) => [id, ...args, now];
    expect(await look(echo)).toEqual(['s', 'x', 5]);
    expect(await look(echo, 'test.other')).toBeNull();
  });

  test('that makes no sense has no answer; one that could not be asked has to be asked again', async () => {
    const refused = () => {
      throw new RingbackError('invalid-target', 'no');
    };
    const away = () => {
      throw new DatabaseUnavailable();
    };
    expect(await look(refused)).toBeNull();
    await expect(look(away)).rejects.toThrow(DatabaseUnavailable);
  });
});
