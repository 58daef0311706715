import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import type { JsonValue } from '../kernel/index.js';
import { OrchestrationBed } from './testing.js';

/** Whole applications in the manners of different authors, each run to its end against the simulator. */
const bed = await OrchestrationBed.create();
const profile = createServer((request, response) => {
  const known = (request.url ?? '').includes('5551');
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(known ? '{"segment":"Gold","skills":["Sales"],"since":2009}' : '{}');
});
await new Promise<void>((resolve) => profile.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(profile.address() as AddressInfo).port}`; // a TCP server has an address of this kind
bed.fetchAllow = '127.0.0.1';
bed.routingPoints.add('8000');
bed.applications.set('8000', 'application');
bed.configuration.groups.set('Support', {});
bed.configuration.queues.set('VQ_Sales', {});
bed.lists.set('Business', {
  Hours: { open: '00:00', close: '24:00' },
  Targets: { Gold: 'Support@.GA', '': 'Support@.GA' },
});
afterAll(() => {
  profile.closeAllConnections();
  profile.close();
});
beforeEach(async () => {
  for (const { id, endedAt } of bed.simulator.calls()) if (endedAt === undefined) await bed.simulator.hangup(id);
  await bed.advance(30);
  bed.configuration.putAgent('anna', { groups: ['Support'], skills: { Sales: 5 } });
  await bed.simulator.changeSettings({
    default: { outcome: 'answer', talkSeconds: null, digits: '1' },
    agents: { anna: { auto: true, answerSeconds: 1, wrapSeconds: 1 } },
  });
  await bed.ready('anna');
  bed.heard();
});

async function stored(documents: Record<string, string>): Promise<void> {
  const all = Object.entries(documents).map(([path, text]) => [`memory:/application/${path}`, text]);
  const result = await bed.current.flows.put('application', 'memory:/application/main.scxml', Object.fromEntries(all));
  expect(result.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
}

interface Ended {
  state: string;
  final: string | null;
  reason: string | null;
  done_data: JsonValue;
}

/** A customer calls, is served for a while and hangs up; how the session has ended, and what it logged. */
async function call(from: string): Promise<Ended> {
  const leg = await bed.simulator.placeInbound({ from, to: '8000', userData: { ServiceType: 'Sales' } });
  for (let second = 0; second < 90; second += 1) await bed.advance(1);
  await bed.simulator.hangup(leg);
  await bed.advance(20);
  const [row] = await bed.store.database.query<Ended>(
    `select state, final, reason, done_data from session where flow = 'application' order by started_at desc, id limit 1`,
  );
  if (!row) throw new Error('no session');
  return row;
}

/**
 * In the manner of a strategy that was moved from the Interaction Routing Designer: one state for each block, all of them
 * flat, each with its output and its error port; names of the 8.0 dialect; a library; everything in one global object.
 */
const LIBRARY = `/* support.js */
var Strategy = Strategy || {};
Strategy.log = function (text, level) { __Log('[' + _sessionid + '] ' + text, 'strategy', level || 4); };
Strategy.vars = { ani: '', dnis: '', segment: '', attempts: 0, trail: [] };
Strategy.enter = function (block) { this.vars.trail.push(block); this.log('enter ' + block + ' ' + uneval(this.vars.trail.length)); };
Strategy.lookup = function (list, item, key) {
  try { return _genesys.session.getListItemValue(list, item, key) || ''; } catch (e) { this.log(e.toSource(), 2); return ''; }
};
Strategy.isOpen = function () {
  var now = _genesys.session.timeInZone('PST').substr(0, 5), day = _genesys.session.dayInZone('PST');
  return day >= 0 && day <= 6 && now >= Strategy.lookup('Business', 'Hours', 'open') && now < Strategy.lookup('Business', 'Hours', 'close');
};
function Cat() { return Array.prototype.join.call(arguments, ''); }
function StrAsciiTok(text, separator) { var at = text.indexOf(separator); return at < 0 ? text : text.substring(0, at); }
`;

const MIGRATED = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE scxml>
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" name="Migrated" initialstate="Entry"
  xmlns:queue="www.genesyslab.com/modules/queue" xmlns:ixn="www.genesyslab.com/modules/interaction"
  xmlns:dialog="www.genesyslab.com/modules/dialog" xmlns:session="www.genesyslab.com/modules/session"
  xmlns:statistic="www.genesyslab.com/modules/statistic" xmlns:xi="http://www.w3.org/2001/XInclude"
  _type="routingstrategy" _persist="true" _debug="false" _microStepLimit="500" _maxtime="2h">
  <datamodel>
    <data id="ixnid" expr="''"/> <data id="req" expr="{}"/> <data id="_statserver"/>
    <data id="url" _type="parameter" _desc="Profile server" expr="'${origin}/profile'"/>
    <data id="outcome" expr="'none'"/>
  </datamodel>
  <script><xi:include href="include/support.js" parse="text"/></script>
  <state id="Entry">
    <onentry><script>Strategy.enter('Entry')</script></onentry>
    <transition event="interaction.added" target="Segmentation" cond="_data.ixnid == ''">
      <script><![CDATA[
        _data.ixnid = _event.data.interactionid;
        var ixn = _genesys.ixn.interactions[_data.ixnid];
        if (ixn != null && ixn.category == 'voice') { Strategy.vars.ani = ixn.voice.ani; Strategy.vars.dnis = ixn.voice.dnis; }
        Strategy.vars.all = _genesys.ixn.interactions.length;
      ]]></script>
    </transition>
  </state>
  <state id="Segmentation">
    <onentry><script>Strategy.enter('Segmentation'); var open = Strategy.isOpen();</script></onentry>
    <transition cond="!open" target="Default"/>
    <transition cond="_genesys.ixn.interactions[_data.ixnid].udata.ServiceType == 'Sales' &amp;&amp; Strategy.vars.all == 1" target="Fetch"/>
    <transition target="Default"/>
  </state>
  <state id="Fetch">
    <onentry>
      <script>Strategy.enter('Fetch'); var query = { ani: Strategy.vars.ani };</script>
      <session:fetch requestid="_data.req['fetch']" srcexpr="Cat(_data.url, '')" method="'get'" type="'application/json'" timeout="5">
        <param name="ani" expr="query.ani"/>
      </session:fetch>
    </onentry>
    <transition event="session.fetch.done" cond="_event.data.requestid == _data.req['fetch']" target="Attach">
      <script>var found = eval('(' + _event.data.content + ')'); Strategy.vars.segment = found.segment;</script>
    </transition>
    <transition event="error.session.fetch" cond="_event.data.requestid == _data.req.fetch &amp;&amp; _event.data.error == 404" target="Attach">
      <assign location="Strategy.vars.segment" expr="'Unknown'"/>
    </transition>
  </state>
  <state id="Attach">
    <onentry>
      <script>Strategy.enter('Attach'); _genesys.ixn.setuData({ Segment: Strategy.vars.segment, marker: 42 }, _data.ixnid);</script>
      <send event="'attach.timer'" delay="'10s'" idlocation="_data.req.timer"/>
    </onentry>
    <transition event="interaction.udata.changed" cond="_genesys.ixn.interactions[_data.ixnid].udata.marker == 42">
      <cancel sendid="_data.req.timer"/>
    </transition>
    <transition event="cancel.successful" cond="_event.sendid == _data.req.timer" target="Busy"/>
    <transition event="attach.timer error.notallowed" target="Busy"/>
  </state>
  <state id="Busy">
    <onentry>
      <script>Strategy.enter('Busy')</script>
      <dialog:playsound interactionid="_data.ixnid" requestid="_data.req.sound" type="'music'" resource="'music/on_hold'" duration="'2 '"/>
    </onentry>
    <transition event="dialog.playsound.done" cond="_event.data.requestid==_data.req.sound" target="Target"/>
    <transition event="error.dialog" target="Target"/>
  </state>
  <state id="Target">
    <onentry>
      <script>Strategy.enter('Target'); Strategy.vars.attempts++;
        var targets = StrAsciiTok(Strategy.lookup('Business', 'Targets', Strategy.vars.segment) || 'Support@.GA', ';');</script>
      <queue:submit requestid="_data.req.submit" interactionid="_data.ixnid" queue="'VQ_Sales'" priority="Strategy.vars.segment == 'Gold' ? 100 : 1"
          timeout="20" ordertype="max" orderstat="'StatTimeInReadyState'" clearontimeout="true" route="false" clearqueue="false">
        <queue:targets type="agentgroup"><queue:targetid expr="targets"/></queue:targets>
        <dialog:runtreatments><dialog:playsound type="'ringback'" duration="5"/><dialog:pause duration="1"/></dialog:runtreatments>
      </queue:submit>
    </onentry>
    <transition event="queue.submit.requestid"/>
    <transition event="queue.submit.done" cond="_event.data.requestid == _data.req.submit" target="Route">
      <script>var resource = JSON.parse(JSON.stringify(_event.data.resource)); Strategy.vars.target = _event.data.targetobjectselected;</script>
    </transition>
    <transition event="error.queue.submit" cond="_event.data.error == 'timeout' &amp;&amp; Strategy.vars.attempts &lt; 3" target="Target"/>
    <transition event="error.queue.submit" target="Default"/>
  </state>
  <state id="Route">
    <onentry>
      <script>Strategy.enter('Route')</script>
      <ixn:redirect interactionid="_data.ixnid" requestid="_data.req.redirect" from="Strategy.vars.dnis" to="resource"
        type="_genesys.queue.rType.RouteTypeUnknown" hints="{extensions: {greeting: 'x'}}"/>
    </onentry>
    <transition event="interaction.redirect.done" target="Served"><assign location="_data.outcome" expr="'served'"/></transition>
    <transition event="error.interaction.redirect" target="Default"/>
  </state>
  <state id="Served">
    <onentry><script>Strategy.enter('Served')</script></onentry>
    <transition event="interaction.deleted" cond="typeof _event.data.resultof == 'undefined' || _event.data.resultof == 'deletion'" target="Exit"/>
  </state>
  <state id="Default">
    <onentry><script>Strategy.enter('Default')</script><queue:default interactionid="_data.ixnid"/></onentry>
    <transition event="queue.default.done error.queue.default interaction.deleted" target="Exit"/>
  </state>
  <final id="Exit">
    <onentry><log label="'end'" expr="Strategy.vars.trail.join() + Strategy.vars.toSource()" level="1"/></onentry>
    <donedata><param name="outcome" expr="_data.outcome"/><param name="trail" expr="Strategy.vars.trail.join('>')"/>
      <param name="segment" expr="Strategy.vars.segment"/></donedata>
  </final>
</scxml>`;

test.each([
  ['5551', 'Gold'],
  ['5559', 'Unknown'],
])('a strategy moved from IRD, block by block, serves %s', async (from, segment) => {
  await stored({ 'main.scxml': MIGRATED, 'include/support.js': LIBRARY });
  expect(await call(from)).toMatchObject({
    state: 'done',
    final: 'Exit',
    done_data: { outcome: 'served', segment, trail: 'Entry>Segmentation>Fetch>Attach>Busy>Target>Route>Served' },
  });
});

/**
 * In the manner of an author who writes state charts by hand: regions in parallel that talk by internal events, a subroutine
 * that is included twice under two names, a child session, history, statistics, and a catch for every error.
 */
const ASK = `<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" xmlns:dialog="http://www.genesyslab.com/modules/dialog">
  <state id="ask" initial="$$_MY_PREFIX_$$.playing">
    <state id="playing">
      <onentry><script>asked[_my_prefix] = (asked[_my_prefix] || 0) + 1; var App_Ask = {};</script>
        <dialog:playandcollect requestid="App_Ask['requestid']" interactionid="system.id" language="'English (US)'">
          <dialog:prompts type="tts"><dialog:prompt text="questions[_my_prefix]" interrupt="true"/></dialog:prompts>
          <dialog:input max_digits="1" start_timeout="3" total_timeout="8" clear_input="false"/></dialog:playandcollect></onentry>
      <transition event="dialog.playandcollect.done" cond="_event.data.requestid == App_Ask['requestid']" target="$$_MY_PREFIX_$$.over">
        <script>answers[_my_prefix] = _event.data.digits;</script></transition>
      <transition event="error.dialog.playandcollect" target="$$_MY_PREFIX_$$.over"/>
    </state>
    <final id="over"/>
  </state>
</scxml>`;

const CHILD = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" initial="w">
  <datamodel><data id="of"/><data id="wait" expr="'1s'"/></datamodel>
  <state id="w"><onentry><send event="'tick'" delay="_data.wait"/></onentry><transition event="tick" target="f"/></state>
  <final id="f"><donedata><param name="said" expr="'for ' + _data.of"/></donedata></final></scxml>`;

const CHART = `<?xml version="1.0"?>
<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" profile="ecmascript" initial="app"
  xmlns:ixn="http://www.genesyslab.com/modules/interaction" xmlns:queue="http://www.genesyslab.com/modules/queue"
  xmlns:dialog="http://www.genesyslab.com/modules/dialog" xmlns:session="http://www.genesyslab.com/modules/session"
  xmlns:statistic="http://www.genesyslab.com/modules/statistic" xmlns:ws="http://www.genesyslab.com/modules/ws"
  xmlns:xi="http://www.w3.org/2001/XInclude">
  <script><![CDATA[
    var system = { id: null, log: [] }, asked = {}, answers = {};
    var questions = { Language: 'Press one for English.', Callback: 'Press one to be called back.' };
    function note(what) { system.log.push(what); return system.log.length; }
    Array.prototype.last = function () { return this[this.length - 1]; };
  ]]></script>
  <parallel id="app">
    <transition event="interaction.deleted" cond="_event.data.interactionid === system.id" target="bye"/>
    <state id="watch" initial="quiet">
      <state id="quiet">
        <transition event="statistic.update"><script>note('stat ' + _event.data.value);</script></transition>
        <transition event="note"><script>note(_event.data.what);</script></transition>
        <transition event="status"><ws:response requestid="_event.sendid" type="positive"><param name="log" expr="system.log"/></ws:response></transition>
        <transition event="error.*"><script>note(_event.name);</script></transition>
      </state>
    </state>
    <state id="flow" initial="waiting">
      <state id="waiting">
        <transition event="interaction.onrouterequest" target="talking">
          <script>system.id = _genesys.ixn.firstixnid; __Raise('note', { what: 'routing ' + __GetCurrentStates().length });</script>
          <statistic:subscribe object="'Support@.GA'" statistic="'StatAgentsAvailable'" interval="0"/>
        </transition>
      </state>
      <state id="talking" initial="language">
        <history id="where" type="deep"><transition target="language"/></history>
        <transition event="pause" target="paused"/>
        <state id="language">
          <xi:include href="ask.scxml" parse="xml" xpointer="ask" resolveid="Language"/>
          <transition event="done.state.Language.ask" target="callback"/>
        </state>
        <state id="callback">
          <xi:include href="ask.scxml" parse="xml" xpointer="ask" resolveid="Callback"/>
          <transition event="done.state.Callback.ask" target="child"/>
        </state>
        <state id="child">
          <invoke type="scxml" src="child.scxml" id="c"><param name="of" expr="answers.Language + answers.Callback"/></invoke>
          <transition event="done.invoke.c" target="routing"><script>note(_event.data.said);</script></transition>
          <transition event="error" target="routing"/>
        </state>
      </state>
      <state id="paused"><transition event="resume" target="where"/></state>
      <state id="routing">
        <onentry><script>try { nothing.at.all(); } catch (e) { note(e.name); }</script>
          <queue:submit queue="'VQ_Sales'" timeout="30" route="true"><queue:targets>
            <queue:target name="'Support'" type="agentgroup" threshold="'StatAgentsAvailable>0'"/>
            <queue:target type="skill" skillexpr="'Sales>3'" weight="1"/></queue:targets></queue:submit>
          <assign location="system.unknown.member" expr="1"/></onentry>
        <transition event="queue.submit.done" target="served"><raise event="note"><param name="what" expr="_event.data.vqselected"/></raise></transition>
        <transition event="error.queue" target="bye"/>
      </state>
      <state id="served"/>
    </state>
  </parallel>
  <final id="bye"><donedata><param name="log" expr="system.log.filter(function (one) { return !/^stat /.test(one); })"/>
    <param name="asked" expr="asked"/><param name="last" expr="system.log.last() !== undefined"/></donedata></final>
</scxml>`;

test('a chart with regions, subroutines, a child and a history serves a caller', async () => {
  await stored({ 'main.scxml': CHART, 'ask.scxml': ASK, 'child.scxml': CHILD });
  await bed.simulator.changeSettings({ numbers: { '5551': { outcome: 'answer', talkSeconds: null, digits: '1' } } });
  expect(await call('5551')).toMatchObject({
    state: 'done',
    final: 'bye',
    done_data: {
      log: [
        expect.stringMatching(/^routing \d$/),
        'for 11',
        'ReferenceError',
        'error.illegalloc.TypeError',
        'VQ_Sales',
      ],
      asked: { Language: 1, Callback: 1 },
      last: true,
    },
  });
});
