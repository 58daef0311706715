/**
 * Cost of loading and of a macrostep for charts of 10 to 10,000 states. The session moves through ten of them; the others
 * are reachable, but stay inactive.
 */
import { ApplicationInstance, compileApplication } from '../../packages/scxml/dist/index.js';

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const main = 'file:///chart.scxml';

function chart(states) {
  const list = Array.from({ length: states }, (_item, i) => {
    const target = `s${i < 10 ? (i + 1) % 10 : (i + 1) % states}`;
    return `<state id="s${i}"><transition event="next" cond="n &lt; 1e15" target="${target}"><assign location="n" expr="n + 1"/></transition><transition event="jump" target="s${(i + 10) % states}"/></state>`;
  });
  return `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"><datamodel><data id="n" expr="0"/></datamodel>${list.join('')}</scxml>`;
}

export async function scaling() {
  console.log('\nstates    compile     open   us per macrostep');
  for (const states of [10, 100, 1_000, 10_000]) {
    const definition = { id: 'chart', main, documents: { [main]: chart(states) } };
    // The first compilation of a process also compiles the compiler.
    compileApplication(definition);
    const compiling = cpuMs();
    const { compiled } = compileApplication(definition);
    const compileMs = cpuMs() - compiling;
    const opening = cpuMs();
    const instance = await ApplicationInstance.open(compiled);
    const openMs = cpuMs() - opening;
    const session = instance.start({ session: 's', now: 0 });
    const run = (events) => {
      for (let i = 0; i < events; i += 1) instance.deliver(session, { event: { name: 'next' }, now: 0 });
    };
    run(20_000);
    const start = cpuMs();
    run(100_000);
    const us = ((cpuMs() - start) * 1000) / 100_000;
    console.log(
      `${String(states).padStart(6)}${`${compileMs.toFixed(1)} ms`.padStart(11)}${`${openMs.toFixed(1)} ms`.padStart(9)}${us.toFixed(2).padStart(8)}`,
    );
  }
}
