import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApplicationDefinition, type Effect, SessionPool, type StepResult } from '../../src/index.js';
import { escapeXml } from '../../src/xml/write-xml.js';
import { bombs, escapes } from './attacks.js';

const url = 'file:///attack.scxml';

/** `attack` runs the code, `count` adds one, `ask` logs the count; errors are logged. */
function application(id: string, code: string): ApplicationDefinition {
  const text = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript">
    <datamodel><data id="n" expr="0"/></datamodel>
    <state id="s">
      <transition event="attack">${code}</transition>
      <transition event="count"><assign location="n" expr="n + 1"/></transition>
      <transition event="ask"><log expr="'count ' + n"/></transition>
      <transition event="error"><log label="error" expr="_event.data.reason"/></transition>
    </state>
  </scxml>`;
  return { id, main: url, documents: { [url]: text }, prelude: '(host) => ({ host_call: host.call })' };
}

function logs(result: StepResult): string[] {
  return result.effects.flatMap((effect: Effect) => (effect.kind === 'log' ? [effect.text] : []));
}

/** A session that is told events one after the other. */
class Teller {
  result: StepResult | undefined;

  constructor(
    private readonly pool: SessionPool,
    private readonly session: string,
    private readonly application: string,
  ) {}

  async start(): Promise<void> {
    this.result = await this.pool.start({ session: this.session, application: this.application, now: 0 });
  }

  async tell(name: string): Promise<StepResult> {
    const { session, application } = this;
    const { step, snapshot } = this.result ?? { step: 0, snapshot: '' };
    const event = { name, data: { x: 1 } };
    this.result = await this.pool.deliver({ session, application, step, snapshot, event, now: 0 });
    return this.result;
  }
}

describe('escapes from the sandbox', () => {
  const pool = new SessionPool({ workers: 0 });
  afterAll(() => pool.close());

  it.each(escapes)('$name leads to nothing of the host', async ({ name, expression, sees }) => {
    const id = `escape ${name}`;
    await pool.define(application(id, `<log expr="${escapeXml(expression)}"/>`));
    const teller = new Teller(pool, id, id);
    await teller.start();
    expect(logs(await teller.tell('attack'))).toEqual([sees]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('attacks on time and memory', () => {
  const pool = new SessionPool({ workers: 1, limits: { instanceMegabytes: 64 } });
  const bystanders: Teller[] = [];
  let counted = 0;

  beforeAll(async () => {
    await pool.define(application('peaceful', '<log expr="0"/>'));
    for (let i = 0; i < 3; i += 1) {
      const teller = new Teller(pool, `bystander ${i}`, 'peaceful');
      await teller.start();
      bystanders.push(teller);
    }
  });
  afterAll(() => pool.close());

  it.each(Object.entries(bombs))('%s ends with an error event or with that session', async (name, code) => {
    const id = `bomb ${name}`;
    await pool.define(application(id, `<script>${escapeXml(code)}</script>`));
    const attacker = new Teller(pool, `attacker ${name}`, id);
    const neighbour = new Teller(pool, `neighbour ${name}`, id);
    await attacker.start();
    await neighbour.start();
    await neighbour.tell('count');

    const attack = attacker.tell('attack');
    // Sent while the attack runs, to sessions of the same worker and of the same sandbox instance.
    const others = [...bystanders, neighbour].map((teller) => teller.tell('count'));
    const result = await attack;
    await Promise.all(others);
    counted += 1;

    if (result.status === 'running') {
      expect(logs(result)).toHaveLength(1);
      expect(logs(await attacker.tell('ask'))).toEqual(['count 0']);
    } else {
      expect(result.failure?.reason).toMatch(/^(?:timeout|memory|sandbox|watchdog)$/);
    }
    for (const teller of bystanders) expect(logs(await teller.tell('ask'))).toEqual([`count ${counted}`]);
    expect(logs(await neighbour.tell('ask'))).toEqual(['count 2']);
  });
});
