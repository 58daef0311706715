import { describe, expect, it } from 'vitest';
import { parseCallback } from '../../api/callbacks.js';
import { callbackCsv } from './csv.js';

const callback = (members: Record<string, string>) =>
  parseCallback({ _id: 'a', _callback_state: 'QUEUED', _service_name: 's', ...members });

describe('callbacks as CSV', () => {
  it('have the main columns first and every other key after them', () => {
    const csv = callbackCsv([...callback({ name: 'Ada' }), ...callback({ _id: 'b', _url: '/x' })]);
    expect(csv).toBe(
      '_id,_service_name,_callback_state,_callback_reason,_customer_number,_desired_time,_url,name\r\n' +
        'a,s,QUEUED,,,,,Ada\r\nb,s,QUEUED,,,,/x,\r\n',
    );
  });

  it.each([
    ['a "quoted", text', '"a ""quoted"", text"'],
    ['two\nlines', '"two\nlines"'],
    ['=1+1', "'=1+1"],
    ['+15551002', '+15551002'],
    ['+cmd|x', "'+cmd|x"],
  ])('write %j so that it is read as it was', (value, written) => {
    expect(callbackCsv(callback({ name: value })).split('_desired_time,name\r\n')[1]).toBe(
      `a,s,QUEUED,,,,${written}\r\n`,
    );
  });
});
