import { afterAll, beforeAll, expect, it } from 'vitest';
import { AsteriskServer } from './asterisk.js';
import { REGISTRATION_SECONDS } from './asterisk-profile.js';
import { Phone } from './baresip.js';
import { asteriskRoot, describeWithTelephones } from './real-telephones.js';
import { SippCustomers } from './sipp.js';
import { waitFor } from './waiting.js';

/** The telephones themselves, without Ringback: what fails here fails because of the machine. */
describeWithTelephones('the telephones of the tests', () => {
  let customers: SippCustomers;
  let asterisk: AsteriskServer;
  let phone: Phone;

  beforeAll(async () => {
    customers = await SippCustomers.start();
    asterisk = await AsteriskServer.start({ root: asteriskRoot(), trunkPort: customers.port });
    const registrar = `127.0.0.1:${asterisk.ports.sip}`;
    phone = await Phone.start({ name: '1001', registrar, registrationSeconds: REGISTRATION_SECONDS });
    await asterisk.hasPhone('1001');
  });
  afterAll(async () => {
    await phone?.close();
    await asterisk?.close();
    await customers?.close();
  });

  /** Calls and listens to who answers; answers the channel's id. */
  async function ring(endpoint: string): Promise<string> {
    const target = `endpoint=${encodeURIComponent(endpoint)}&context=amd&extension=s&priority=1`;
    const { status, json } = await asterisk.ari('POST', `/channels?${target}`);
    expect(status, JSON.stringify(json)).toBe(200);
    return (json as { id: string }).id;
  }

  it('answer, and are heard', async () => {
    const number = SippCustomers.number('a person');
    const channels = [await ring('PJSIP/1001'), await ring(`PJSIP/${number}@trunk`)];
    for (const channel of channels) {
      await waitFor('packets of sound', async () => (await asterisk.packets(channel)).received > 10);
    }
    expect(phone.count('CALL_ESTABLISHED')).toBe(1);
    expect(customers.timesRung(number)).toBe(1);
    await phone.hangUp();
    await phone.sees('CALL_CLOSED');
  });

  it('refuse', async () => {
    const number = SippCustomers.number('busy');
    await ring(`PJSIP/${number}@trunk`);
    await waitFor('the refusal', () => customers.calls().some((call) => call.number === number && call.over));
    expect(customers.timesRung(number)).toBe(1);
    expect(customers.calls().find((call) => call.number === number)?.answered).toBe(false);
  });

  it('come back to a server that was killed', async () => {
    await asterisk.restart();
    await asterisk.hasPhone('1001');
    expect(await asterisk.channels()).toEqual([]);
  });
});
