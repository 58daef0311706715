import { Activity, SystemClock, silentLogger } from '../../packages/server/src/kernel/index.js';
import { type AsteriskSettings, AsteriskSwitch } from '../../packages/server/src/telephony/asterisk/index.js';
import type { Switch, SwitchEvent } from '../../packages/server/src/telephony/switch.js';
import type { Behaviour, SwitchStage } from '../../packages/server/src/telephony/switch-contract.js';
import { AsteriskServer } from './asterisk.js';
import { REGISTRATION_SECONDS } from './asterisk-profile.js';
import { Phone } from './baresip.js';
import { asteriskRoot } from './real-telephones.js';
import { SippCustomers } from './sipp.js';
import type { Party } from './sipp-scenario.js';
import { waitFor } from './waiting.js';

/** Who behaves so; a machine that sends faxes is not detected by Asterisk's `AMD`. */
const WHO: Partial<Record<Behaviour, Party>> = {
  answers: 'a person',
  'hangs-up': 'hangs-up',
  rings: 'rings',
  busy: 'busy',
  'no-answer': 'no-answer',
  invalid: 'invalid',
  rejects: 'rejects',
  congestion: 'congestion',
  machine: 'a machine of many words',
  'keys-in-42': 'keys-in-42',
};

/** Agents' phones, which answer by themselves, and the phone of somebody who calls in. */
export const AGENTS = ['2001', '2002'] as const;
export const CALLER = '1002';
/** A phone that is known and not there. */
export const ABSENT = '2009';

/** Asterisk with phones and customers, and drivers on it, one at a time. */
export class AsteriskNetwork {
  private constructor(
    readonly customers: SippCustomers,
    readonly asterisk: AsteriskServer,
    readonly phones: Readonly<Record<string, Phone>>,
  ) {}

  static async open(): Promise<AsteriskNetwork> {
    const customers = await SippCustomers.start();
    const names = [...AGENTS, CALLER];
    const asterisk = await AsteriskServer.start({
      root: asteriskRoot(),
      trunkPort: customers.port,
      phones: [...names, ABSENT],
    });
    const phones: Record<string, Phone> = {};
    for (const name of names) {
      const registrar = `127.0.0.1:${asterisk.ports.sip}`;
      phones[name] = await Phone.start({ name, registrar, registrationSeconds: REGISTRATION_SECONDS });
    }
    for (const name of names) await asterisk.hasPhone(name);
    return new AsteriskNetwork(customers, asterisk, phones);
  }

  /** A driver that has started. */
  async driver(settings: Partial<AsteriskSettings> = {}): Promise<Switch> {
    const { asterisk } = this;
    const driver = new AsteriskSwitch({
      settings: {
        servers: [{ name: 'pbx', url: asterisk.url, user: asterisk.user, password: asterisk.password }],
        phones: Object.fromEntries([...AGENTS, ABSENT].map((name) => [name, `PJSIP/${name}`])),
        endpoint: 'PJSIP/{number}@trunk',
        ...settings,
      },
      clock: new SystemClock(),
      activity: new Activity(),
      log: silentLogger,
    });
    await driver.start();
    return driver;
  }

  phone(name: string): Phone {
    const phone = this.phones[name];
    if (phone === undefined) throw new Error(`There is no phone ${name}.`);
    return phone;
  }

  /** For the contract that all drivers keep. */
  async stage(): Promise<SwitchStage> {
    const stage: SwitchStage = {
      driver: await this.driver(),
      number: (behaviour) => {
        const party = WHO[behaviour];
        return party && SippCustomers.number(party);
      },
      until: async (condition) => {
        await waitFor('what the network does', condition);
      },
      callIn: (to) => this.phone(CALLER).dial(to),
      restart: async () => {
        await stage.driver.close();
        stage.driver = await this.driver();
      },
      close: async () => {
        await this.hangUpAll();
        await stage.driver.close();
      },
    };
    return stage;
  }

  /** Ends every call, whoever made it. */
  async hangUpAll(): Promise<void> {
    await waitFor('the end of all calls', async () => {
      const channels = await this.asterisk.channels();
      for (const channel of channels) await this.asterisk.ari('DELETE', `/channels/${encodeURIComponent(channel)}`);
      return channels.length === 0;
    });
  }

  async close(): Promise<void> {
    for (const phone of Object.values(this.phones)) await phone.close();
    await this.asterisk.close();
    await this.customers.close();
  }
}

/** What a driver has told, in order. */
export class Heard {
  readonly events: SwitchEvent[] = [];

  constructor(driver: Switch) {
    driver.subscribe((event) => this.events.push(event));
  }

  of(legId: string): SwitchEvent[] {
    return this.events.filter((event) => event.type !== 'device' && event.legId === legId);
  }

  /** Waits for the state of a leg; answers the event. */
  reaches(legId: string, state: string): Promise<Extract<SwitchEvent, { type: 'leg' }>> {
    return waitFor(`leg ${legId} being ${state}`, () => {
      for (const event of this.of(legId)) if (event.type === 'leg' && event.state === state) return event;
      return undefined;
    });
  }

  /** Waits for the first event of a kind. */
  first<T extends SwitchEvent['type']>(type: T, legId?: string): Promise<Extract<SwitchEvent, { type: T }>> {
    return waitFor(`an event ${type}`, () => {
      const found = this.events.find(
        (event) => event.type === type && (legId === undefined || (event.type !== 'device' && event.legId === legId)),
      );
      return found as Extract<SwitchEvent, { type: T }> | undefined; // by its type
    });
  }
}
