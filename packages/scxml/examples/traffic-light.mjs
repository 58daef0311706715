// The smallest host: one session, timers, a log. Run with: node examples/traffic-light.mjs
import { SessionPool } from '@ringback/scxml';

const url = 'file:///traffic-light.scxml';
const document = `
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" initial="red">
  <datamodel><data id="rounds" expr="0"/></datamodel>
  <state id="red"><onentry><log expr="'red'"/><send event="next" delay="20ms"/></onentry>
    <transition event="next" cond="rounds &lt; 2" target="green"/>
    <transition event="next" target="off"/></state>
  <state id="green"><onentry><assign location="rounds" expr="rounds + 1"/><log expr="'green'"/><send event="next" delay="20ms"/></onentry>
    <transition event="next" target="red"/></state>
  <final id="off"><donedata><param name="rounds" expr="rounds"/></donedata></final>
</scxml>`;

const pool = new SessionPool({ workers: 1 });
const problems = await pool.define({ id: 'light', main: url, documents: { [url]: document } });
for (const problem of problems) console.log(problem.severity, problem.line, problem.message);

let state = await pool.start({ session: 's1', application: 'light', now: Date.now() });
while (state.status === 'running') {
  // The effects of a step are the host's to perform. This one knows two kinds.
  const events = [];
  for (const effect of state.effects) {
    if (effect.kind === 'log') console.log(effect.text);
    if (effect.kind === 'send') {
      events.push(new Promise((resolve) => setTimeout(resolve, effect.delayMs, effect.event)));
    }
  }
  // A real host stores `state.snapshot` and the effects in one transaction before it goes on.
  const event = await Promise.race(events);
  const { step, snapshot } = state;
  state = await pool.deliver({ session: 's1', application: 'light', step, snapshot, event, now: Date.now() });
}
console.log(state.status, state.finalState, state.doneData);
await pool.close();
