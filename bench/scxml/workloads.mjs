/**
 * The workloads, each as an SCXML document, as an xstate machine and as the sequence of events that one session gets.
 *
 * a: three states in a ring; each event has one guard and one assignment.
 * b: 103 states: a compound with a parallel of 4 regions with 4 compounds of 5 atomic states. A cycle of 8 events: 4 move
 *    one region, 3 move all four, 1 re-enters a compound in every region with an assignment on entry.
 * c: 20 states in a ring, a script with a function, 5 data items. Each event has a guard over its data, an assignment
 *    from its data and a counter on entry.
 */
const scxml = (attributes, body) =>
  `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" ${attributes}>${body}</scxml>`;

const ring = ['s0', 's1', 's2'];
const a = {
  scxml: () =>
    scxml(
      'initial="s0"',
      `<datamodel><data id="n" expr="0"/><data id="lim" expr="1e15"/></datamodel>${ring
        .map(
          (id, i) =>
            `<state id="${id}"><transition event="next" cond="n &lt; lim" target="${ring[(i + 1) % 3]}"><assign location="n" expr="n + 1"/></transition></state>`,
        )
        .join('')}`,
    ),
  xstate: ({ setup, assign }) =>
    setup({
      guards: { below: ({ context }) => context.n < context.lim },
      actions: { count: assign({ n: ({ context }) => context.n + 1 }) },
    }).createMachine({
      context: { n: 0, lim: 1e15 },
      initial: 's0',
      states: Object.fromEntries(
        ring.map((id, i) => [id, { on: { next: { target: ring[(i + 1) % 3], guard: 'below', actions: 'count' } } }]),
      ),
    }),
  events: [{ name: 'next' }],
};

const regions = [0, 1, 2, 3];
const compounds = [0, 1, 2, 3];
const atoms = [0, 1, 2, 3, 4];
/** In region r: `step<r>` goes to the next atomic state, `turn` to the next compound, `again` re-enters the compound. */
const b = {
  scxml: () =>
    scxml(
      'initial="top"',
      `<datamodel><data id="entries" expr="0"/></datamodel><state id="top"><parallel id="p">${regions
        .map(
          (r) =>
            `<state id="r${r}">${compounds
              .map(
                (c) =>
                  `<state id="r${r}c${c}"><onentry>${c === 0 ? '<assign location="entries" expr="entries + 1"/>' : ''}</onentry>` +
                  `<transition event="turn" target="r${r}c${(c + 1) % 4}"/><transition event="again" target="r${r}c0"/>${atoms
                    .map(
                      (k) =>
                        `<state id="r${r}c${c}a${k}"><transition event="step${r}" target="r${r}c${c}a${(k + 1) % 5}"/></state>`,
                    )
                    .join('')}</state>`,
              )
              .join('')}</state>`,
        )
        .join('')}</parallel></state>`,
    ),
  xstate: ({ setup, assign }) =>
    setup({ actions: { count: assign({ entries: ({ context }) => context.entries + 1 }) } }).createMachine({
      context: { entries: 0 },
      initial: 'top',
      states: {
        top: {
          initial: 'p',
          states: {
            p: {
              type: 'parallel',
              states: Object.fromEntries(
                regions.map((r) => [
                  `r${r}`,
                  {
                    initial: 'c0',
                    states: Object.fromEntries(
                      compounds.map((c) => [
                        `c${c}`,
                        {
                          initial: 'a0',
                          ...(c === 0 ? { entry: 'count' } : {}),
                          on: { turn: `c${(c + 1) % 4}`, again: { target: 'c0', reenter: true } },
                          states: Object.fromEntries(
                            atoms.map((k) => [`a${k}`, { on: { [`step${r}`]: `a${(k + 1) % 5}` } }]),
                          ),
                        },
                      ]),
                    ),
                  },
                ]),
              ),
            },
          },
        },
      },
    }),
  events: ['step0', 'step1', 'turn', 'step2', 'step3', 'turn', 'again', 'turn'].map((name) => ({ name })),
};

const twenty = Array.from({ length: 20 }, (_item, i) => `q${i}`);
const script = 'function score(x) { return x * 2 + 1; }';
const c = {
  scxml: () =>
    scxml(
      'initial="q0"',
      `<datamodel><data id="count" expr="0"/><data id="last" expr="''"/><data id="limit" expr="1000000"/>` +
        `<data id="queue" expr="'sales'"/><data id="flags" expr="{ vip: false, lang: 'en' }"/></datamodel>` +
        `<script>${script}</script>${twenty
          .map(
            (id, i) =>
              `<state id="${id}"><onentry><assign location="count" expr="count + 1"/></onentry>` +
              `<transition event="go" cond="score(_event.data.x) &lt; limit &amp;&amp; _event.data.udata.lang == 'en'" target="${twenty[(i + 1) % 20]}">` +
              `<assign location="last" expr="_event.data.ani"/></transition></state>`,
          )
          .join('')}`,
    ),
  xstate: ({ setup, assign }) => {
    const score = (x) => x * 2 + 1;
    return setup({
      guards: {
        fits: ({ context, event }) => score(event.data.x) < context.limit && event.data.udata.lang === 'en',
      },
      actions: {
        note: assign({ last: ({ event }) => event.data.ani }),
        count: assign({ count: ({ context }) => context.count + 1 }),
      },
    }).createMachine({
      context: () => ({ count: 0, last: '', limit: 1000000, queue: 'sales', flags: { vip: false, lang: 'en' } }),
      initial: 'q0',
      states: Object.fromEntries(
        twenty.map((id, i) => [
          id,
          { entry: 'count', on: { go: { target: twenty[(i + 1) % 20], guard: 'fits', actions: 'note' } } },
        ]),
      ),
    });
  },
  events: Array.from({ length: 8 }, (_item, i) => ({
    name: 'go',
    data: { x: i, ani: `+1555010${i}`, dnis: '+18005550100', udata: { lang: 'en', segment: 'gold', tries: i } },
  })),
};

export const workloads = { a, b, c };
