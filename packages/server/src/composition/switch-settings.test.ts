import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asteriskSettings } from './asterisk-settings.js';
import { sipSettings } from './sip-settings.js';
import { needsRestart } from './switch.js';

describe('the settings of the SIP driver', () => {
  it('come from the configuration, with secrets from where they are', () => {
    const settings = sipSettings(
      {
        driver: 'sip',
        domain: 'pbx.example.com',
        listen: [{ transport: 'udp', address: '127.0.0.1', port: 0 }, { transport: 'tcp' }],
        phones: { '2001': { secret: { env: 'PHONE' } }, '2002': { secret: 'two', username: 'bob' } },
        trunks: {
          carrier: {
            ...{ address: 'sip.example.com:5070', transport: 'tcp', username: 'me', secret: 'mine', register: true },
            ...{ healthSeconds: 5, maxCalls: 10, offer: 'held', from: ['192.0.2.7'], proxy: '[2001:db8::1]:5080' },
          },
          off: { address: 'x', enabled: false },
        },
      },
      { PHONE: 'one' },
    );
    expect(settings).toEqual({
      domain: 'pbx.example.com',
      listen: { UDP: { host: '127.0.0.1', port: 0 }, TCP: { host: '0.0.0.0', port: 5060 } },
      users: [
        { name: '2001', password: 'one' },
        { name: '2002', password: 'two', authUser: 'bob' },
      ],
      trunks: [
        {
          ...{ name: 'carrier', host: 'sip.example.com', port: 5070, protocol: 'TCP' },
          credentials: { username: 'me', password: 'mine' },
          ...{ register: {}, healthMs: 5000, maxCalls: 10, offer: 'held', from: ['192.0.2.7'] },
          proxy: { host: '[2001:db8::1]', port: 5080 },
        },
      ],
    });
  });

  it('listen where SIP usually is, with a certificate for TLS', async () => {
    expect(sipSettings({ driver: 'sip' }, {}).listen).toEqual({ UDP: { host: '0.0.0.0', port: 5060 } });
    const folder = await mkdtemp(join(tmpdir(), 'ringback-tls-'));
    const [certificate, key] = [join(folder, 'cert'), join(folder, 'key')];
    try {
      await writeFile(certificate, 'C');
      const listen = [{ transport: 'tls' as const, certificate, key }];
      expect(() => sipSettings({ driver: 'sip', listen }, {})).toThrow(`the file ${key} cannot be read`);
      await writeFile(key, 'K');
      expect(sipSettings({ driver: 'sip', listen }, {})).toMatchObject({
        listen: { TLS: { host: '0.0.0.0', port: 5061 } },
        tls: { cert: 'C', key: 'K' },
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are not there without the secrets that they need', () => {
    expect(() => sipSettings({ driver: 'sip', phones: { '2001': {} } }, {})).toThrow(
      'switch/phones/2001/secret is missing: the phone could not register.',
    );
    const trunks = { a: { address: 'h', username: 'me' } };
    expect(() => sipSettings({ driver: 'sip', trunks }, {})).toThrow(
      'switch/trunks/a/secret is missing: it belongs to the user name me.',
    );
  });
});

describe('the settings of the Asterisk driver', () => {
  it('come from the configuration', () => {
    const settings = asteriskSettings(
      {
        driver: 'asterisk',
        servers: {
          one: { url: 'http://10.0.0.5:8088', username: 'rb', secret: 's', weight: 2 },
          off: { url: 'http://10.0.0.6:8088', username: 'rb', enabled: false },
        },
        phones: { '2001': {}, '2002': { username: 'bob' }, '2003': { endpoint: { one: 'Local/3@desk', two: '2003' } } },
        trunks: { carrier: {}, other: { endpoint: 'ep' }, special: { endpoint: 'PJSIP/sip:{number}@ep' } },
        ...{ installation: 'north', prompts: 'ringback/', toneZone: 'de' },
      },
      {},
      'n1',
    );
    expect(settings).toEqual({
      servers: [{ name: 'one', url: 'http://10.0.0.5:8088', user: 'rb', password: 's', weight: 2 }],
      ...{ installation: 'north', node: 'n1', announcements: 'ringback/', toneZone: 'de' },
      phones: { '2001': 'PJSIP/2001', '2002': 'PJSIP/bob', '2003': { one: 'Local/3@desk', two: 'PJSIP/2003' } },
      trunks: { carrier: 'PJSIP/{number}@carrier', other: 'PJSIP/{number}@ep', special: 'PJSIP/sip:{number}@ep' },
    });
  });

  it('are not there without the secret of a server', () => {
    const servers = { one: { url: 'http://h:8088', username: 'rb' } };
    expect(() => asteriskSettings({ driver: 'asterisk', servers }, {}, undefined)).toThrow(
      'switch/servers/one/secret is missing: it belongs to the ARI user rb.',
    );
  });
});

describe('a change of the switch', () => {
  const before = { driver: 'sip' as const, trunks: { a: { address: 'h' } }, dialPlan: { country: 'DE' } };

  it('takes effect at once where it concerns numbers', () => {
    expect(needsRestart(before, { ...before, dialPlan: { country: 'FR' }, callerIds: {} })).toBe(false);
  });

  it('takes effect at once where it concerns phones and trunks over SIP', () => {
    const phones = { '2001': { secret: 's' } };
    expect(needsRestart(before, { ...before, trunks: { a: { address: 'i' } }, phones })).toBe(false);
  });

  it('needs a restart where it concerns connections', () => {
    const asterisk = { ...before, driver: 'asterisk' as const };
    expect(needsRestart(asterisk, { ...asterisk, trunks: { a: { address: 'i' } } })).toBe(true);
    expect(needsRestart(before, { ...before, listen: [{ transport: 'tcp' as const }] })).toBe(true);
    expect(needsRestart(before, { ...before, driver: 'simulator' })).toBe(true);
  });
});
