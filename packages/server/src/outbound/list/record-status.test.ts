import { expect, test } from 'vitest';
import { isFinal, nextStatus, RecordStatus, type RecordStatusName, recordInputs } from './record-status.js';

const nameOf = new Map(Object.entries(RecordStatus).map(([name, status]) => [status, name as RecordStatusName]));

test('the life of a record is this table', () => {
  const table = Object.values(RecordStatus).flatMap((status) =>
    recordInputs.flatMap((input) => {
      const next = nextStatus(status, input);
      return next === undefined ? [] : [`${nameOf.get(status)} ${input} ${nameOf.get(next)}`];
    }),
  );
  expect(table).toEqual(
    [
      'Ready retrieve Retrieved',
      'Ready schedule Ready',
      'Ready finalize-with-chain ChainUpdated',
      ...['Ready wait-for-chain ChainReady', 'Ready cancel Cancelled'],
      ...['Ready miss-callback MissedCallBack', 'Ready do-not-call Updated'],
      ...['Retrieved give-back Ready', 'Retrieved expire Stale', 'Retrieved schedule Ready'],
      ...[
        'Retrieved wait-for-chain ChainReady',
        'Retrieved finalize Updated',
        'Retrieved finalize-with-chain ChainUpdated',
      ],
      ...[
        'Retrieved cancel Cancelled',
        'Retrieved mark-agent-error AgentError',
        'Retrieved miss-callback MissedCallBack',
      ],
      'Retrieved do-not-call Updated',
      ...['ChainReady retrieve Retrieved', 'ChainReady schedule Ready', 'ChainReady finalize-with-chain ChainUpdated'],
      ...['ChainReady cancel Cancelled', 'ChainReady do-not-call Updated'],
    ].sort((one, other) => table.indexOf(one) - table.indexOf(other)),
  );
});

test('final are the states that nothing leads out of', () => {
  const final = Object.values(RecordStatus)
    .filter(isFinal)
    .map((status) => nameOf.get(status));
  expect(final).toEqual([
    'NoRecordStatus',
    'Updated',
    'Stale',
    'Cancelled',
    'AgentError',
    'ChainUpdated',
    'MissedCallBack',
  ]);
});
