import { type Behaviour, describeSwitch, type SwitchStage } from '../switch-contract.js';
import { testNetwork } from './testing.js';

const NUMBERS: Partial<Record<Behaviour, string>> = {
  answers: '100',
  'hangs-up': '101',
  rings: '102',
  busy: '103',
  'no-answer': '104',
  invalid: '105',
  rejects: '106',
  machine: '107',
  fax: '108',
  'keys-in-42': '109',
  phone: '2001',
};

describeSwitch('the simulator', async () => {
  const network = await testNetwork();
  await network.simulator.changeSettings({
    numbers: {
      100: { talkSeconds: null },
      101: { talkSeconds: 2 },
      102: { outcome: 'no-answer', ringSeconds: 3600 },
      103: { outcome: 'busy' },
      104: { outcome: 'no-answer', ringSeconds: 3 },
      105: { outcome: 'sit-invalid' },
      106: { outcome: 'reject' },
      107: { outcome: 'answering-machine' },
      108: { outcome: 'fax' },
      109: { digits: '42' },
    },
  });
  const stage: SwitchStage = {
    driver: network.simulator,
    number: (behaviour) => NUMBERS[behaviour],
    until: async (condition) => {
      for (let tenths = 0; !condition(); tenths += 1) {
        if (tenths > 600) throw new Error('It did not happen within a minute.');
        await network.advance(0.1);
      }
    },
    callIn: async (to) => {
      await network.simulator.placeInbound({ from: '100', to });
    },
    restart: async () => {
      await network.crash();
      stage.driver = network.simulator;
    },
    close: async () => undefined,
  };
  return stage;
});
