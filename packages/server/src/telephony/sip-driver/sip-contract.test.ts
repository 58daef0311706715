import { Activity, newId, SystemClock, seededRandom, silentLogger } from '../../kernel/index.js';
import { type TestDatabase, testDatabase } from '../../store/testing.js';
import { type Behaviour, describeSwitch, type SwitchStage } from '../switch-contract.js';
import { SipSwitch } from './sip-switch.js';
import { Station } from './testing.js';

const NUMBERS: Partial<Record<Behaviour, string>> = {
  answers: '100',
  'hangs-up': '101',
  rings: '102',
  busy: '103',
  'no-answer': '104',
  invalid: '105',
  rejects: '106',
  congestion: '107',
};

let bed: Promise<TestDatabase> | undefined;

describeSwitch('SIP', async () => {
  bed ??= testDatabase();
  const { database } = await bed;
  const network = new Station();
  network.behaviour = (number) => {
    const found = Object.entries(NUMBERS).find(([, known]) => known === number);
    // The entries of NUMBERS are behaviours.
    return (found?.[0] as Behaviour | undefined) ?? 'invalid';
  };
  await network.open();
  const name = newId();
  // Any free one at first, and the same one after a restart.
  let port = 0;
  const clock = new SystemClock();
  const make = () =>
    new SipSwitch({
      settings: {
        name,
        listen: { UDP: { host: '127.0.0.1', port } },
        offerMs: 200,
        trunks: [{ name: 'network', ...network.address(), healthMs: 0 }],
      },
      database,
      clock,
      activity: new Activity(),
      log: silentLogger,
      random: seededRandom(1),
    });
  let driver = make();
  await driver.start();
  port = driver.address('UDP').port;
  const stage: SwitchStage = {
    driver,
    number: (behaviour) => NUMBERS[behaviour],
    until: async (condition) => {
      for (let tries = 0; !condition(); tries += 1) {
        if (tries > 6000) throw new Error('It did not happen within a minute.');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    callIn: async (to) => {
      await network.call({ protocol: 'UDP', ...driver.address('UDP') }, '100', to);
    },
    restart: async () => {
      await driver.close();
      driver = make();
      stage.driver = driver;
      await driver.start();
    },
    close: async () => {
      await driver.close();
      await network.close();
    },
  };
  return stage;
});
