import { expect, test } from 'vitest';
import type { JsonObject } from '../kernel/index.js';
import type { Kind } from './objects.js';
import { prepare } from './validation.js';

test.each<[Kind, JsonObject]>([
  ['calling-lists', { timeFrom: '09:00', timeUntil: '24:00', timeZone: 'PST', fields: [{ name: 'age', type: 'int' }] }],
  ['calling-lists', { timeFrom: '22:00', timeUntil: '06:00', timeZone: 'America/New_York' }],
  [
    'filters',
    { criteria: "balance > 100 AND NOT (city LIKE 'New%' OR tier IN ('a', 'b'))", order: 'balance DESC, name' },
  ],
  ['filters', { criteria: '', order: '' }],
  ['treatments', { callResult: 6, applyToRecord: 3, cycleAttempt: 2, interval: 0.5, increment: 0 }],
  ['treatments', { callResult: 'No Answer', applyToRecord: 'Next in chain' }],
  ['treatments', { callResult: 'AnsweringMachine', applyToRecord: 'RetryAtDate', date: '01/31/2026 10:00' }],
  ['treatments', { callResult: 9, applyToRecord: 1, applyToCall: 'Mute Transfer', destinationDN: '8900' }],
  ['treatments', { callResult: 9, applyToRecord: 1, applyToCall: 2 }],
])('accepts %s %j', (kind, value) => {
  expect(prepare(kind, 'x', value).details).toEqual([]);
});

test.each<[Kind, JsonObject, string]>([
  ['calling-lists', { timeFrom: '9:00' }, '/timeFrom'],
  ['calling-lists', { timeFrom: '24:30' }, '/timeFrom'],
  ['calling-lists', { timeFrom: '09:00', timeUntil: '09:00' }, '/timeUntil'],
  ['calling-lists', { timeZone: 'Mars/Olympus' }, '/timeZone'],
  ['calling-lists', { fields: [{ name: 'a' }, { name: 'A' }] }, '/fields/1/name'],
  ['calling-lists', { fields: [{ name: 'Record_Status' }] }, '/fields/0/name'],
  ['calling-lists', { fields: [{ name: 'a', type: 'blob' }] }, '/fields/0/type'],
  ['calling-lists', { maxAttempts: 0 }, '/maxAttempts'],
  ['filters', { criteria: 'balance >' }, '/criteria'],
  ['filters', { criteria: '1 = 1; drop table calling_record' }, '/criteria'],
  ['filters', { order: 'random()' }, '/order'],
  ['treatments', { callResult: 'Bored', applyToRecord: 3 }, '/callResult'],
  ['treatments', { callResult: 54, applyToRecord: 3 }, '/callResult'],
  ['treatments', { callResult: 6, applyToRecord: 'ExecuteSQL' }, '/applyToRecord'],
  ['treatments', { callResult: 6, applyToRecord: 'Redial', cycleAttempt: 0 }, '/cycleAttempt'],
  ['treatments', { callResult: 6, applyToRecord: 5 }, '/date'],
  ['treatments', { callResult: 6, applyToRecord: 5, date: 'tomorrow' }, '/date'],
  ['treatments', { callResult: 6, applyToRecord: 3, interval: -1 }, '/interval'],
  ['treatments', { callResult: 9, applyToRecord: 1, applyToCall: 'Sing' }, '/applyToCall'],
  ['treatments', { callResult: 9, applyToRecord: 1, applyToCall: 10 }, '/applyToCall'],
])('refuses %s %j', (kind, value, pointer) => {
  expect(prepare(kind, 'x', value).details.map((detail) => detail.pointer)).toEqual([pointer]);
});
