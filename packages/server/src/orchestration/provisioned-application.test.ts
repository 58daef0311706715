import { expect, test } from 'vitest';
import { applicationFor } from './provisioned-application.js';

const interaction = {
  ani: '+49 89/1',
  dn: '8999',
  userData: { ServiceType: 'a b&c=d', n: 1, o: { k: true }, Subject: 'Re: x', none: null },
};

test.each([
  ['http://h/a.scxml', 'http://h/a.scxml'],
  ['http://h/[DNIS]/[DN].scxml?from=[ANI]', 'http://h/8999/8999.scxml?from=%2B49%2089%2F1'],
  ['http://h/?t=[UDATA.ServiceType]&x=[UDATA.absent]', 'http://h/?t=a%20b%26c%3Dd&x='],
  ['http://h/?[UDATA]', 'http://h/?ServiceType=a%20b%26c%3Dd&n=1&o=%7B%22k%22%3Atrue%7D&Subject=Re%3A%20x&none='],
  ['http://h/?u=[UDATA.*]', 'http://h/?u=ServiceType:a%20b%26c%3Dd,n:1,o:%7B%22k%22%3Atrue%7D,Subject:Re%3A%20x,none:'],
  ['http://h/?s=[EMAILSUBJECT]&c=[CED]', 'http://h/?s=Re%3A%20x&c='],
  ['http://h/[OTHER]', 'http://h/[OTHER]'],
  ['http://h/[ANI] http://g/[ANI]', 'http://h/%2B49%2089%2F1 http://g/%2B49%2089%2F1'],
])('%s stands for %s', (provisioned, application) => {
  expect(applicationFor(provisioned, interaction)).toBe(application);
});
