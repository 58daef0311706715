import { expect, it } from 'vitest';
import { type ConfiguredAsterisk, configurationFiles } from './configuration-files.js';

const SETTINGS: ConfiguredAsterisk = {
  applications: ['ringback-a', 'ringback-b'],
  ...{ user: 'ringback', secret: 's3cret', bindAddress: '127.0.0.1', port: 8088, amdContext: 'amd' },
  phones: [
    { endpoint: '2001', username: '2001', secret: 'pw2001', webrtc: false },
    { endpoint: '2002', username: 'ada', secret: 'pw2002', webrtc: true },
  ],
  trunks: [
    { endpoint: 'open', address: '192.0.2.1', transport: 'udp', register: true },
    { endpoint: 'login', address: 'sip.example.org', transport: 'tls', username: 'u', secret: 'pw', register: true },
  ],
};

const textOf = (name: string, settings = SETTINGS) =>
  configurationFiles(settings).find(({ includedBy }) => includedBy === name)?.text ?? '';

it('lets Ringback in at the web server, and browsers where there is a phone in one', () => {
  expect(textOf('http.conf')).toContain('bindaddr = 127.0.0.1\nbindport = 8088\n');
  expect(textOf('http.conf')).toContain('tlsenable = yes');
  expect(textOf('http.conf', { ...SETTINGS, phones: [] })).not.toContain('tls');
  expect(textOf('ari.conf')).toContain('[ringback]\ntype = user\nread_only = no\npassword = s3cret\n');
});

it('describes every phone and trunk', () => {
  const text = textOf('pjsip.conf');
  expect(text).toContain('[2001](ringback-phone)\nauth = 2001\naors = 2001\n');
  expect(text).toContain('[2002](ringback-webrtc)\nauth = 2002\naors = 2002\n');
  expect(text).toContain('[2002](ringback-auth)\nusername = ada\npassword = pw2002\n');
  expect(text).toContain('contact = sip:sip.example.org\\;transport=tls');
  // Who has no login registers nowhere.
  expect(text.match(/type = registration/g)).toHaveLength(1);
});

it('brings calls to the first node that is there, and what AMD found back', () => {
  const text = textOf('extensions.conf');
  const [first, second] = ['ringback-a', 'ringback-b'].map((name) => text.indexOf(`Stasis(${name},inbound,\${EXTEN})`));
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first ?? 0);
  for (const context of ['from-phones', 'from-trunk', 'amd']) expect(text).toContain(`[${context}]\n`);
  expect(text).toContain(`Stasis(\${RINGBACK_APPLICATION},amd,\${AMDSTATUS},\${AMDCAUSE})`);
});
