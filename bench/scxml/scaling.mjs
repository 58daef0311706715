/**
 * Cost of loading and of a macrostep for charts of 10 to 10,000 states. The session moves through ten of them; the others
 * are reachable, but stay inactive.
 */
import { ApplicationInstance, compileApplication } from '../../packages/scxml/dist/index.js';

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const median = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];
const main = 'file:///chart.scxml';

function chart(states) {
  const list = Array.from({ length: states }, (_item, i) => {
    const target = `s${i < 10 ? (i + 1) % 10 : (i + 1) % states}`;
    return `<state id="s${i}"><transition event="next" cond="n &lt; 1e15" target="${target}"><assign location="n" expr="n + 1"/></transition><transition event="jump" target="s${(i + 10) % states}"/></state>`;
  });
  return `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"><datamodel><data id="n" expr="0"/></datamodel>${list.join('')}</scxml>`;
}

export async function scaling() {
  console.log(
    '\nstates first load       load  open sandbox   us per macrostep (load: parse and compile; aim for 1,000: 50 ms)',
  );
  for (const states of [10, 100, 1_000, 10_000]) {
    const definition = { id: 'chart', main, documents: { [main]: chart(states) } };
    const compileMs = [];
    const openMs = [];
    let instance;
    for (let i = 0; i < (states > 1_000 ? 5 : 15); i += 1) {
      const compiling = cpuMs();
      const { compiled } = compileApplication(definition);
      compileMs.push(cpuMs() - compiling);
      const opening = cpuMs();
      instance = await ApplicationInstance.open(compiled);
      openMs.push(cpuMs() - opening);
    }
    const session = instance.start({ session: 's', now: 0 });
    const run = (events) => {
      for (let i = 0; i < events; i += 1) instance.deliver(session, { event: { name: 'next' }, now: 0 });
    };
    run(20_000);
    const start = cpuMs();
    run(100_000);
    const us = ((cpuMs() - start) * 1000) / 100_000;
    const cell = (ms) => `${ms.toFixed(1)} ms`.padStart(11);
    console.log(
      `${String(states).padStart(6)}${cell(compileMs[0])}${cell(median(compileMs))}${cell(median(openMs))}${us.toFixed(2).padStart(8)}`,
    );
  }
}
