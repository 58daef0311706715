/** What a session of a usual application knows of its customer and its call: about 1.5 kB. */
export const KNOWN = {
  customer: {
    ...{ id: '0c4ac7bb-8a4e-4d4c-9ff2-30b94e8d8d65', firstName: 'Mary', lastName: 'Ward', segment: 'gold' },
    ...{ language: 'en-GB', email: 'mary.ward@example.com', phones: ['+16505551001', '+16505551002'] },
    address: { street: '1 Example Street', city: 'Daly City', zip: '94014', country: 'US' },
    contracts: [
      { number: 'C-1001', product: 'Broadband 500', since: '2021-04-01', open: false },
      { number: 'C-1002', product: 'Mobile Family', since: '2023-11-15', open: true },
    ],
  },
  call: {
    ...{ ani: '+16505551001', dnis: '8999', language: 'en-GB', reason: 'invoice', attempts: 0, agent: null },
    menu: ['main', 'billing', 'invoice'],
    targets: ['Support@.GA', 'Billing@.GA'],
    timeouts: { answer: 30, queue: 600, wrap: 20 },
    notes: 'Asked for a call back about the invoice of last month; has been asked for the contract number.',
  },
};

/** Waits for events and does one durable step for each; has a timer, like most sessions that wait. */
export const WAITS = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" initial="even">
  <datamodel><data id="count" expr="0"/><data id="known" expr='${JSON.stringify(KNOWN).replaceAll('&', '&amp;')}'/></datamodel>
  <state id="running" initial="even">
    <onentry><send event="expired" id="expiry" delay="604800s"/></onentry>
    <transition event="expired" target="over"/>
    <state id="even"><transition event="n" target="odd"><assign location="count" expr="count + _event.data.by"/></transition></state>
    <state id="odd"><transition event="n" target="even"><assign location="count" expr="count + _event.data.by"/></transition></state>
  </state>
  <final id="over"/>
</scxml>`;

/** Answers the request with which it is started, and goes on: it waits for what the customer does next. */
export const REPLIES = `<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:ws="www.genesyslab.com/modules/ws" version="1.0"
    datamodel="ecmascript" initial="waiting">
  <state id="waiting">
    <transition event="gms.start" target="welcomed">
      <ws:response requestid="_event.sendid"><param name="text" expr="'welcome'"/></ws:response>
    </transition>
  </state>
  <state id="welcomed"><transition event="leave" target="over"/></state>
  <final id="over"/>
</scxml>`;
