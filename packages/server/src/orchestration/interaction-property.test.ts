import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../kernel/index.js';
import { seededRandom } from '../kernel/index.js';
import { statement } from '../store/sql.js';
import { OrchestrationBed, orsFlow, tells } from './testing.js';

const bed = await OrchestrationBed.create();

const RESOURCE = 'resource="_event.data.resource"';
const INTERACTION = 'requestid="_data.r" interactionid="_data.i"';
/** What an application may ask at any moment, sensible or not. */
const COMMANDS: Record<string, string> = {
  redirect: `<ixn:redirect ${INTERACTION} to="_event.data.to"/>`,
  hold: `<ixn:hold ${INTERACTION} ${RESOURCE}/>`,
  retrieve: `<ixn:retrieve ${INTERACTION} ${RESOURCE}/>`,
  transfer: `<ixn:singlesteptransfer ${INTERACTION} ${RESOURCE} to="_event.data.to"/>`,
  conference: `<ixn:singlestepconference ${INTERACTION} ${RESOURCE} to="_event.data.to"/>`,
  mute: `<ixn:mutetransfer ${INTERACTION} ${RESOURCE} to="_event.data.to"/>`,
  consult: `<ixn:consult ${INTERACTION} ${RESOURCE} to="_event.data.to"/>`,
  alternate: `<ixn:alternate ${INTERACTION}/>`,
  complete: `<ixn:complete ${INTERACTION} type="transfer"/>`,
  together: `<ixn:complete ${INTERACTION} type="conference"/>`,
  drop: `<ixn:terminate ${INTERACTION} ${RESOURCE}/>`,
  detach: `<ixn:detach ${INTERACTION}/>`,
  attach: `<ixn:attach ${INTERACTION}/>`,
  music: `<dialog:playsound ${INTERACTION} type="'music'"/>`,
  collect: `<dialog:collect ${INTERACTION}><dialog:input max_digits="9"/></dialog:collect>`,
  call: `<ixn:createcall requestid="_data.r" from="'8000'" to="_event.data.to" timeout="10"/>`,
};

const APPLICATION = orsFlow(`<datamodel><data id="i" expr="''"/><data id="r" expr="''"/></datamodel><state id="s">
  <transition event="interaction.added" cond="_data.i === ''"><assign location="_data.i" expr="_event.data.interactionid"/></transition>
  ${Object.entries(COMMANDS)
    .map(
      ([name, action]) =>
        `<transition event="do.${name}">${action}<probe:tell what="{asked: _data.r, what: '${name}'}"/></transition>`,
    )
    .join('')}
  <transition event="interaction"><if cond="_event.data.requestid"><probe:tell what="{answered: _event.data.requestid}"/></if>
    <probe:tell what="{name: _event.name, of: _event.data.resultof || null, i: _event.data.interactionid}"/></transition>
  ${tells('voice dialog error', '{answered: _event.data.requestid || null, name: _event.name}')}
  ${tells('model', '{model: Object.keys(_genesys.ixn.interactions)}')}</state>`);

interface Told extends JsonObject {
  asked: JsonValue;
  answered: JsonValue;
}

function told(): Told[] {
  // The application tells objects with some of these members.
  return bed.heard() as Told[];
}

async function hangUp(id: string): Promise<void> {
  await bed.simulator.hangup(id);
  await bed.activity.idle();
}

/** Whatever an application, the parties and the machine do: every request is answered once, and nobody stays on the line. */
test.each(Array.from({ length: 8 }, (_, seed) => seed + 1))('calls come to their end, seed %d', async (seed) => {
  const random = seededRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const agents = ['anna', 'bert', 'carl', 'dora'];
  for (const name of agents) bed.configuration.putAgent(name);
  await bed.simulator.changeSettings({
    default: { outcome: 'answer', ringSeconds: 1, talkSeconds: null },
    numbers: { 5559: { outcome: 'busy' }, 5558: { outcome: 'no-answer', ringSeconds: 90 } },
    agents: Object.fromEntries(agents.map((name) => [name, { auto: name !== 'dora', answerSeconds: 2 }])),
  });
  bed.routingPoints.add('8000');
  await bed.flow('chaos', APPLICATION);
  bed.applications.set('8000', 'chaos');
  await bed.simulator.placeInbound({ from: '5551', to: '8000' });
  await bed.activity.idle();
  const [session] = await bed.store.database.query<{ id: string }>("select id from session where state = 'running'");
  const phones = agents.map((name) => `2${name}`);
  const strange = ['5551', '5552', '5558', '5559', '9', '8000'];
  const up = () => bed.simulator.calls().filter(({ endedAt }) => endedAt === undefined);

  await bed.post(String(session?.id), 'do.redirect', { to: '2anna' });
  await bed.advance(3);
  for (let step = 0; step < 14; step += 1) {
    const chance = random();
    // Once the caller has gone there is little left to ask for: mostly the others hang up.
    const leg = pick(up().filter(({ number }) => number !== '5551' || random() < 0.2));
    if (chance < 0.08) await bed.crash(random() < 0.5 ? 0 : 3);
    else if (chance < 0.14 && leg) await hangUp(leg.id);
    else {
      const data = {
        to: pick(random() < 0.8 ? phones : strange) ?? '',
        resource: random() < 0.7 ? '' : (pick([...phones, '5551']) ?? ''),
      };
      await bed.post(String(session?.id), `do.${pick(Object.keys(COMMANDS))}`, data);
    }
    if (random() < 0.7) await bed.advance(random() * 4);
  }
  // What was detached is taken back, everybody hangs up, and whatever rings stops ringing.
  await bed.post(String(session?.id), 'do.attach');
  for (let round = 0; round < 3; round += 1) {
    for (const { id } of up()) await hangUp(id);
    await bed.advance(40);
  }
  expect(up()).toEqual([]);
  await bed.post(String(session?.id), 'model');
  const everything = told();
  expect(everything.at(-1)).toEqual({ model: [] });
  const asked = everything.flatMap((one) => (one.asked === undefined ? [] : [one.asked]));
  const answered = everything.flatMap((one) => (one.answered ? [one.answered] : []));
  expect(answered.sort()).toEqual(asked.sort());
  const { database } = bed.store;
  expect(await database.query('select * from interaction_party')).toEqual([]);
  expect(await database.query('select id from interaction where ended_at is null')).toEqual([]);
  const pending = statement('test-pending', 'select id, action from session_action where session = $1');
  expect(await database.query(pending, [String(session?.id)])).toEqual([]);
  await bed.current.database.transaction((tx) => bed.current.sessions.terminate(tx, String(session?.id), 'over'));
  bed.current.sessions.wake(String(session?.id));
  await bed.activity.idle();
});
