import { type Block, block, callBlocks, PREFIX, quietBlocks, webBlocks } from './blocks.js';
import { commonLibrary, library } from './library.js';
import { SeededRandom } from './random.js';

/** An application as a designer's tool would have generated it, and what happens when it runs. */
export interface GeneratedApplication {
  readonly main: string;
  readonly documents: Record<string, string>;
  /** Blocks in the order in which they run, with the prefixes of their workflows. */
  readonly visits: readonly string[];
  readonly characters: number;
}

export interface GenerationRequest {
  readonly seed: number;
  /** Started by a call; otherwise by itself, after a second. */
  readonly isCall: boolean;
  readonly blocks: number;
  /** How the call goes on at the end: to an agent, by the ways of the two kinds of project. */
  readonly routing?: 'platform' | 'application';
  readonly namespaces?: 'http' | 'bare';
  /** Without web requests. */
  readonly isOffline?: boolean;
  /** The designer's default is that sessions end with their process. */
  readonly isPersistent?: boolean;
}

const MODULES = ['session', 'ws', 'queue', 'interaction', 'dialog', 'statistic', 'classification', 'resource'];
const BASE = 'http://designer.example/project/';

export function generateApplication(request: GenerationRequest): GeneratedApplication {
  const random = new SeededRandom(request.seed);
  const root = rootAttributes(request.namespaces ?? 'http');
  const documents: Record<string, string> = {};
  const visits: string[] = [];
  const main = `${BASE}src-gen/IPD_default_Main.scxml`;
  documents[`${BASE}include/common.js`] = commonLibrary();
  for (const name of ['Lib1', 'Lib2']) documents[`${BASE}include/${name}.js`] = library(random, name, 12_000);
  const half = Math.ceil(request.blocks / 2);
  const quarter = Math.ceil(request.blocks / 4);
  const inner = workflow({ random, prefix: 'Main.Sub1.Deep', request, count: quarter, includes: [] });
  const sub = workflow({
    random,
    prefix: 'Main.Sub1',
    request,
    count: quarter,
    includes: [{ id: 'Deep', file: 'Deep.scxml', visits: inner.visits }],
  });
  const again = workflow({ random, prefix: 'Main.Sub2', request, count: 3, includes: [] });
  const whole = workflow({
    random,
    prefix: 'Main',
    request,
    count: half,
    includes: [
      { id: 'Sub1', file: 'subs/Sub.scxml', visits: sub.visits },
      { id: 'Sub2', file: 'subs/Small.scxml', visits: again.visits },
      // The same document a second time, under another prefix.
      {
        id: 'Sub3',
        file: 'subs/Small.scxml',
        visits: again.visits.map((name) => name.replace('Main.Sub2.', 'Main.Sub3.')),
      },
    ],
    routing: request.routing,
  });
  visits.push(...whole.visits);
  documents[`${BASE}src-gen/subs/Deep.scxml`] = document(root, inner.xml);
  documents[`${BASE}src-gen/subs/Sub.scxml`] = document(root, sub.xml);
  documents[`${BASE}src-gen/subs/Small.scxml`] = document(root, again.xml);
  documents[`${BASE}src-gen/Main.scxml`] = document(root, whole.xml);
  documents[main] = process(root, request);
  const characters = Object.values(documents).reduce((sum, text) => sum + text.length, 0);
  return { main, documents, visits, characters };
}

function rootAttributes(namespaces: 'http' | 'bare'): string {
  const http = namespaces === 'http' ? 'http://' : '';
  const modules = MODULES.map(
    (name) => `xmlns:${name === 'interaction' ? 'ixn' : name}="${http}www.genesyslab.com/modules/${name}"`,
  );
  return `xmlns="${http}www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude"
       ${modules.join('\n       ')}
       version="1.0" profile="ecmascript"`;
}

function document(root: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Generated for the tests of this project -->
<scxml ${root} initial="_composer_entry" _persist="false">
${content}
</scxml>
`;
}

interface WorkflowRequest {
  readonly random: SeededRandom;
  readonly prefix: string;
  readonly request: GenerationRequest;
  readonly count: number;
  readonly includes: readonly { id: string; file: string; visits: readonly string[] }[];
  readonly routing?: GenerationRequest['routing'];
}

/** A workflow document: `_composer_entry` with its blocks one after the other, and its subroutines spread among them. */
function workflow({ random, prefix, request, count, includes, routing }: WorkflowRequest): {
  xml: string;
  visits: string[];
} {
  const all = request.isCall ? callBlocks : quietBlocks;
  const [first = all[0], ...others] = all.filter((make) => !(request.isOffline === true && webBlocks.has(make)));
  const visits = [`${prefix}.Entry1`];
  const parts: string[] = [];
  const total = count + includes.length;
  const end = routing === undefined ? 'Exit1' : 'Route1';
  const nameAt = (at: number): string => (at >= total ? end : `${prefix.split('.').at(-1)}_Block${at + 1}`);
  const every = Math.max(1, Math.floor(count / (includes.length + 1)));
  let included = 0;
  for (let at = 0; at < total; at += 1) {
    const include = includes[included];
    if (include !== undefined && at === (included + 1) * every) {
      included += 1;
      parts.push(subroutine(nameAt(at), nameAt(at + 1), include));
      visits.push(`${prefix}.${nameAt(at)}`, ...include.visits);
      continue;
    }
    const make = random.pick([first, ...others]);
    const made: Block = make({ random, name: nameAt(at), next: nameAt(at + 1) });
    parts.push(made.xml);
    visits.push(...made.visits.map((name) => `${prefix}.${name}`));
  }
  if (routing !== undefined) {
    parts.push(routing === 'platform' ? routedByPlatform : routedByApplication);
    visits.push(`${prefix}.Route1`);
    if (routing === 'application') visits.push(`${prefix}.Route2`, `${prefix}.Route3`, `${prefix}.Exit1`);
  } else {
    visits.push(`${prefix}.Exit1`);
  }
  const entry = block('Entry1', '', `\n      <transition target="${PREFIX}.${nameAt(0)}"/>`);
  const exits = `
    <final id="Exit1"><onentry><script>visit(_my_prefix + '.Exit1');</script></onentry></final>
    <final id="Exit_Error"><onentry><script>visit(_my_prefix + '.Exit_Error'); system.Failed = true;</script></onentry></final>`;
  return {
    xml: `  <state id="_composer_entry" initial="${PREFIX}.Entry1">${entry}${parts.join('')}${exits}\n  </state>`,
    visits,
  };
}

function subroutine(name: string, next: string, { id, file }: { id: string; file: string }): string {
  return `
    <!-- Subroutine: ${name} -->
    <state id="${name}" initial="${PREFIX}.${id}._composer_entry">
      <datamodel><data id="${id}_arguments" expr="{ from: '${name}' }"/></datamodel>
      <onentry><script>visit(_my_prefix + '.${name}'); args_ = _data.${id}_arguments;</script></onentry>
      <xi:include href="${file}" parse="xml" resolveid="${id}" xpointer="_composer_entry"/>
      <transition event="done.state.${PREFIX}.${id}._composer_entry" target="${PREFIX}.${next}"/>
    </state>`;
}

const submit = `
        <queue:submit requestid="App_Route1['requestid']" interactionid="system.InteractionID" queue="'VQ_Main'" priority="5"
            timeout="600" route="false" clearontimeout="true">
          <queue:targets><queue:targetid expr="'Support@.GA'"/></queue:targets>
          <dialog:runtreatments><dialog:playsound type="'music'" duration="'5'"/><dialog:pause duration="'1'"/></dialog:runtreatments>
        </queue:submit>`;
const submitted = `_event.data.requestid == App_Route1['requestid']`;
const selected = `<script>App_Route1.resource = cloneObject(_event.data.resource); App_Route1.target = _event.data.targetcomponentselected;</script>`;

/** The platform gives up the interaction as it is redirected. */
const routedByPlatform = block(
  'Route1',
  submit,
  `
      <transition event="queue.submit.done" cond="${submitted}">${selected}
        <ixn:redirect requestid="App_Route1.redirect" interactionid="system.InteractionID" from="system.ThisDN"
            to="App_Route1.resource" type="_genesys.queue.rType.RouteTypeUnknown" hints="{ extensions: { 'agent-greeting': '' } }"/>
      </transition>
      <transition event="interaction.redirect.done" cond="_event.data.requestid == App_Route1.redirect"/>`,
);

/** The application detaches the interaction itself, a moment after the selection, and then redirects it. */
const routedByApplication =
  block(
    'Route1',
    submit,
    `
      <transition event="queue.submit.done" cond="${submitted}" target="${PREFIX}.Route2">${selected}</transition>`,
  ) +
  block(
    'Route2',
    `
        <send event="'Route2.detach'" delay="'200ms'"><param name="resolveid" expr="_my_prefix"/></send>`,
    `
      <transition event="Route2.detach" cond="_event.data.resolveid == _my_prefix">
        <ixn:detach requestid="App_Route2.detach" interactionid="system.InteractionID"/>
      </transition>
      <transition event="error.interaction.detach" cond="_event.data.error == 'invalidstate' &amp;&amp; App_Route2.entered &lt; 3" target="${PREFIX}.Route2"/>
      <transition event="interaction.detach.done" cond="_event.data.requestid == App_Route2.detach" target="${PREFIX}.Route3"/>`,
  ) +
  block(
    'Route3',
    `
        <ixn:redirect requestid="App_Route3.redirect" interactionid="system.InteractionID" from="system.ThisDN" to="App_Route1.resource"/>`,
    `
      <transition event="interaction.redirect.done" cond="_event.data.requestid == App_Route3.redirect" target="${PREFIX}.Exit1"/>
      <transition event="error.interaction.redirect">
        <ixn:attach requestid="App_Route3.attach" interactionid="system.InteractionID"/>
      </transition>
      <transition event="interaction.attach.done" target="${PREFIX}.Exit_Error"/>`,
  );

/** The interaction process: one region runs the application, the other one handles the events of the platform. */
function process(root: string, { isCall, isPersistent = false }: GenerationRequest): string {
  const begin = isCall
    ? `<transition event="interaction.added" cond="system.StartEvent === undefined">
            <script><![CDATA[
              system.StartEvent = _event;
              system.InteractionID = _event.data.interactionid;
              var ixn = _genesys.ixn.interactions[system.InteractionID];
              system.ANI = ixn.voice.ani;
              system.DNIS = ixn.voice.dnis;
              system.CallID = ixn.voice.callid;
              system.InteractionUID = ixn.g_uid;
              system.TenantID = parseInt(ixn.tenantid, 10);
              system.SubmittedBy = ixn.location.media_server;
              system.ThisDN = _event.data.focusdeviceid || ixn.voice.dnis;
              if (ixn.udata !== undefined && ixn.udata.GSW_RECORD_URI !== undefined) system.OCS_RecordURI = ixn.udata.GSW_RECORD_URI;
              if (ixn.udata.ServerURL) { system.ServerURL = ixn.udata.ServerURL; }
              delete ixn;
            ]]></script>
            <raise event="application.start"/>
          </transition>`
    : `<transition event="application.begin"><raise event="application.start"/></transition>`;
  const kick = isCall ? '' : `<onentry><send event="'application.begin'" delay="'1s'"/></onentry>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Generated for the tests of this project -->
<scxml ${root} initial="_composer_globalstate" name="IPD_default_Main" _persist="${isPersistent}" _type="combination">
  <datamodel>
    <data id="_composer_originals" expr="{ Language: 'English (US)' }"/>
    <data id="ServerURL" _type="parameter" _desc="Where the web services are" expr="''"/>
    <data id="counter" expr="0"/>
    <data id="texts" expr="new Object()"/>
    <data id="Sub1_reqid"/>
  </datamodel>
  <script><![CDATA[
    var system = {
      StartEvent: undefined, InteractionID: '', ParentInteractionID: '', ThisDN: '', ANI: '', DNIS: '', CallID: '',
      TenantID: 0, Language: _data._composer_originals.Language, LastErrorEvent: undefined, LastErrorDescription: '',
      TerminateIxnOnExit: 1, OCS_RecordURI: '', Visited: [], Failed: false, ServerURL: _data.ServerURL,
      BaseURL: getPathFrom(__GetDocumentURL()), RelativePathURL: '..', GVPSessionID: undefined
    };
    var AppState = { gvp: { keepGVPSessionAlive: 0, session: '', request: '' }, ixn: { added: 0, deleted: 0 } };

    function getPathFrom(url) {
      var at = url.lastIndexOf('/');
      return at < 0 ? url : url.substr(0, at + 1);
    }
    function leaveApplication(event) {
      AppState.ixn.deleted++;
      system.ResultOf = event.data.resultof;
      return event.data.resultof === undefined || event.data.resultof == '' || event.data.resultof == 'deletion';
    }
  ]]></script>
  <script><xi:include href="../include/common.js" parse="text"/></script>
  <script><xi:include href="../include/Lib1.js" parse="text"/></script>
  <script><xi:include href="../include/Lib2.js" parse="text"/></script>

  <state id="_composer_globalstate" initial="_composer_parallel">
    <parallel id="_composer_parallel">
      <state id="_composer_application" initial="_composer_application_begin">
        <state id="_composer_application_begin">
          <transition event="application.start" target="_composer_application_run"/>
        </state>
        <state id="_composer_application_run" initial="Main._composer_entry">
          <onentry><log expr="'Application started by ' + uneval(system.StartEvent)"/></onentry>
          <xi:include href="Main.scxml" parse="xml" resolveid="Main" xpointer="_composer_entry"/>
          <transition event="done.state.Main._composer_entry"><raise event="application.exit"/></transition>
        </state>
      </state>
      <state id="_composer_event_handler" initial="_composer_listening">
        <state id="_composer_listening">
          ${kick}
          ${begin}
          <transition event="interaction.partystatechanged" cond="_event.data.interactionid == system.InteractionID">
            <script><![CDATA[
              var parties = _genesys.ixn.interactions[_event.data.interactionid].parties, p;
              for (p in parties) {
                if (parties[p].device == _event.data.focusdeviceid &&
                    (parties[p].devicetype == 'routepoint' || parties[p].devicetype == 'queue')) {
                  system.ThisDN = _event.data.focusdeviceid;
                }
              }
            ]]></script>
          </transition>
          <transition event="interaction.deleted" cond="leaveApplication(_event)"><raise event="application.exit"/></transition>
          <transition event="interaction.onmerge" cond="_event.data.frominteractionid == system.InteractionID">
            <assign location="system.InteractionID" expr="_event.data.tointeractionid"/>
          </transition>
          <transition event="error.notallowed" cond="AppState.gvp.keepGVPSessionAlive == 1"/>
          <transition event="*"><log expr="'Not handled here: ' + _event.name" level="4"/></transition>
        </state>
      </state>
    </parallel>
    <transition event="application.exit" target="_composer_end"/>
    <transition event="error.badfetch" target="_composer_end"/>
  </state>
  <final id="_composer_end">
    <donedata>
      <param name="visited" expr="system.Visited"/>
      <param name="failed" expr="system.Failed"/>
      <param name="error" expr="system.LastErrorEvent"/>
    </donedata>
  </final>
</scxml>
`;
}
