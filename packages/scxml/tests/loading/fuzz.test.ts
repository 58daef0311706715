import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { checkApplication, type Effect, type JsonValue, SessionPool } from '../../src/index.js';
import { seededRandom } from '../../src/interpreter/seeded-random.js';
import { ors, url, w3c } from '../one-session.js';

const seed = 20250214;
/** Ten thousand of anything take their time on a busy machine; milliseconds. */
const manyCases = 300_000;
const valid = [
  w3c(`<datamodel><data id="n" expr="0"/><data id="x"><a b="c">d</a></data></datamodel><script>function f(a) { return a; }</script>
    <parallel id="p"><state id="a" initial="a1"><onentry><send event="e" delay="1s"><param name="k" expr="f(n)"/></send></onentry>
    <state id="a1"><transition event="e.*" cond="n &lt; 3" target="a2"/></state><state id="a2"/><history id="h" type="deep"><transition target="a1"/></history></state>
    <state id="b"><invoke type="scxml" src="x.scxml"><finalize><assign location="n" expr="1"/></finalize></invoke></state></parallel>
    <final id="f"><donedata><content expr="n"/></donedata></final>`),
  ors(`<initial><transition target="s"/></initial><datamodel><data id="d" expr="{ a: 1 }"/></datamodel><state id="s"><onentry>
    <queue:submit requestid="_data.d" queue="'q'"><param name="p" expr="1"/></queue:submit><if cond="d"><log expr="'x'"/><else/><raise event="r"/></if>
    <foreach array="[1]" item="i" index="k"><cancel sendid="i"/></foreach></onentry></state>`),
];

/** Documents that were well-formed before some of their characters, tags or attributes were changed. */
function mutate(text: string, random: () => number): string {
  const pieces = [
    '<',
    '>',
    '&',
    '"',
    "'",
    '/',
    '=',
    '<!--',
    ']]>',
    '<![CDATA[',
    '<?x',
    '\0',
    '\ud800',
    'é',
    '&#x0;',
    '&#99999999;',
    'xmlns:',
    '</scxml>',
    '<state>',
    ' id="',
    '${',
    '`',
    '//',
    '/*',
  ];
  let mutated = text;
  const count = 1 + Math.floor(random() * 4);
  for (let i = 0; i < count; i += 1) {
    const at = Math.floor(random() * mutated.length);
    const length = Math.floor(random() * 12);
    const choice = random();
    const piece = pieces[Math.floor(random() * pieces.length)] ?? '';
    if (choice < 0.3) mutated = mutated.slice(0, at) + mutated.slice(at + length);
    else if (choice < 0.7) mutated = mutated.slice(0, at) + piece + mutated.slice(at);
    else if (choice < 0.85) mutated = mutated.slice(0, at) + mutated.slice(at, at + 40) + mutated.slice(at);
    else mutated = mutated.slice(0, at) + String.fromCharCode(Math.floor(random() * 65_536)) + mutated.slice(at + 1);
  }
  return mutated;
}

it(
  'the loader answers 10,000 damaged documents with findings, never with an exception',
  () => {
    const random = seededRandom(String(seed));
    let rejected = 0;
    for (let i = 0; i < 10_000; i += 1) {
      const text = mutate(valid[i % valid.length] ?? '', random);
      const found = checkApplication({ id: 'f', main: url, documents: { [url]: text } });
      for (const { line, column, message } of found) {
        expect(line).toBeGreaterThan(0);
        expect(column).toBeGreaterThan(0);
        expect(message).not.toBe('');
      }
      if (found.some(({ severity }) => severity === 'error')) rejected += 1;
    }
    expect(rejected).toBeGreaterThan(2_000);
  },
  manyCases,
);

it('the loader answers any text with findings', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      const found = checkApplication({ id: 'f', main: url, documents: { [url]: text } });
      expect(found.length).toBeGreaterThan(0);
    }),
    { numRuns: 2_000, seed },
  );
});

const pool = new SessionPool({ workers: 0 });
afterAll(() => pool.close());

/** Guest code that calls everything that leads out with whatever comes to its mind. */
const hostile = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.string().map((text) => JSON.stringify(text)),
  fc.constantFrom(
    'undefined',
    '{ toString: function () { throw 1; } }',
    '{ toJSON: function () { return undefined; } }',
    'Symbol("s")',
    '12n',
    'new Date(NaN)',
    'function () {}',
    '"\\ud800"',
    '"\\0"',
    'Object.create(null)',
    '[,1]',
    '{ $xml: "<a" }',
    '{ $xml: "<a/>" }',
    '{ $: ["date"] }',
    '{ $: 3 }',
    '{ get x() { throw 2; } }',
    'host_call',
    'globalThis',
    'NaN',
  ),
);
const call = fc.tuple(
  fc.constantFrom(
    'host_call',
    'host_env',
    'In',
    '__Log',
    '__Raise',
    'uneval',
    '__GetCurrentStates',
    'Date.now',
    'Math.random',
    'String',
    'eval',
    'Function',
    'JSON.stringify',
    'JSON.parse',
  ),
  fc.array(hostile, { maxLength: 3 }),
);

it('the host boundary survives 10,000 hostile calls', async () => {
  await pool.define({
    id: 'host',
    main: url,
    prelude: '(host) => ({ host_call: host.call, host_env: host.env })',
    documents: {
      [url]: ors(`<datamodel><data id="v"/></datamodel><state id="s">
      <transition event="run"><script>try { v = eval(_event.data.code); } catch (e) { v = e; }</script><send event="'out'"><param name="v" expr="v"/></send></transition>
      <transition event="ask"><log expr="'alive'"/></transition></state>`),
    },
  });
  let result = await pool.start({ session: 's', application: 'host', now: 1, environment: { k: 1 } });
  const deliver = async (name: string, data: JsonValue): Promise<Effect[]> => {
    const { step, snapshot } = result;
    result = await pool.deliver({ session: 's', application: 'host', step, snapshot, event: { name, data }, now: 1 });
    return result.effects;
  };
  const calls = fc.sample(fc.array(call, { minLength: 20, maxLength: 20 }), { numRuns: 500, seed });
  for (const list of calls) {
    const code = list.map(([name, args]) => `try { ${name}(${args.join(', ')}); } catch (e) {}`).join('\n');
    const effects = await deliver('run', { code });
    // Whatever was said, what comes out is plain data.
    expect(JSON.parse(JSON.stringify(effects))).toEqual(effects);
    expect(result.status).toBe('running');
  }
  expect(await deliver('ask', {})).toMatchObject([{ kind: 'log', text: 'alive' }]);
});

it('event data of any shape arrives as it was sent', async () => {
  await pool.define({
    id: 'echo',
    main: url,
    documents: {
      [url]: w3c(
        '<state id="s"><transition event="*"><send event="back"><content expr="_event.data"/></send></transition></state>',
      ),
    },
  });
  let result = await pool.start({ session: 'echo', application: 'echo', now: 1 });
  const anything = fc.jsonValue({ stringUnit: 'binary' });
  await fc.assert(
    fc.asyncProperty(anything, async (json) => {
      // A value that came through JSON text, as events do.
      const data: JsonValue = JSON.parse(JSON.stringify(json));
      const { step, snapshot } = result;
      result = await pool.deliver({
        session: 'echo',
        application: 'echo',
        step,
        snapshot,
        event: { name: 'e', data },
        now: 1,
      });
      expect(result.effects).toMatchObject([{ kind: 'send' }]);
      const [effect] = result.effects;
      expect(effect?.kind === 'send' ? effect.event.data : undefined).toEqual(data);
    }),
    { numRuns: 1_000, seed },
  );
});
