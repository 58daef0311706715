/** How long each attack of `packages/scxml/tests/sandbox/attacks.json` lasts before it is over for everybody else. */
import { readFileSync } from 'node:fs';
import { SessionPool } from '../../packages/scxml/dist/index.js';

const { bombs } = JSON.parse(
  readFileSync(new URL('../../packages/scxml/tests/sandbox/attacks.json', import.meta.url), 'utf8'),
);
const main = 'file:///attack.scxml';
const escapeXml = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function application(id, code) {
  const text = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0"><state id="s">
    <transition event="attack"><script>${escapeXml(code)}</script></transition>
    <transition event="error"><log expr="_event.data.reason"/></transition></state></scxml>`;
  return { id, main, documents: { [main]: text } };
}

export async function containment() {
  console.log('\nattack                                        contained   by');
  const pool = new SessionPool({ workers: 1 });
  let slowest = 0;
  for (const [name, code] of Object.entries(bombs)) {
    await pool.define(application(name, code));
    const start = await pool.start({ session: name, application: name, now: 0 });
    const began = performance.now();
    const result = await pool.deliver({
      ...start,
      session: name,
      application: name,
      event: { name: 'attack' },
      now: 0,
    });
    const ms = performance.now() - began;
    slowest = Math.max(slowest, ms);
    const by = result.failure?.reason ?? `error event: ${result.effects.map(({ text }) => text).join()}`;
    console.log(`${name.padEnd(44)}${`${ms.toFixed(0)} ms`.padStart(11)}   ${by}`);
  }
  await pool.close();
  console.log(`slowest: ${slowest.toFixed(0)} ms (aim: 1000 ms)`);
}
