// Executable content of the host's own, described as data, and functions for expressions.
// Run with: node examples/custom-action.mjs
import { SessionPool } from '@ringback/scxml';

const url = 'file:///order.scxml';
const document = `
<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:shop="http://example.com/shop" version="1.0" datamodel="ecmascript">
  <datamodel><data id="request"/><data id="price"/></datamodel>
  <state id="asking">
    <onentry><shop:price requestid="request" article="'tea'" currency="EUR"><param name="grams" expr="50 * 2"/></shop:price></onentry>
    <transition event="shop.price.done" cond="_event.data.requestid == request" target="told">
      <assign location="price" expr="_event.data.price"/>
    </transition>
  </state>
  <final id="told"><onentry><script>shop.remember('paid', price);</script><log expr="shop.shown(price)"/></onentry></final>
</scxml>`;

const pool = new SessionPool({ workers: 0 });
await pool.define({
  id: 'order',
  main: url,
  documents: { [url]: document },
  actions: [
    {
      namespaces: ['http://example.com/shop'],
      name: 'price',
      attributes: {
        requestid: { kind: 'location' },
        article: { kind: 'value', required: true },
        currency: { kind: 'literal', default: 'USD' },
      },
    },
  ],
  // Runs inside the sandbox. What it returns is frozen and visible to every expression.
  prelude: `(host) => ({
    shop: {
      shown: (price) => price.toFixed(2) + ' ' + host.env().unit,
      remember: (what, value) => host.call('remember', what, value),
    },
  })`,
});

const base = { session: 'o1', application: 'order', environment: { unit: 'euros' }, now: 0 };
const first = await pool.start(base);
const [action] = first.effects;
console.log(action);

// The host has done what the action asks for and answers with an event.
const event = { name: 'shop.price.done', data: { requestid: action.requestId, price: 4.5 } };
const second = await pool.deliver({ ...base, step: first.step, snapshot: first.snapshot, event });
console.log(second.status, second.effects);
await pool.close();
