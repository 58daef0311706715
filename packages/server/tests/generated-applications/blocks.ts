import type { SeededRandom } from './random.js';

/** One block of a workflow: its states, and the names that it notes when it runs, without the prefix of its workflow. */
export interface Block {
  readonly name: string;
  readonly xml: string;
  readonly visits: readonly string[];
}

/** What a block is made with. `next`: the block that follows. */
export interface BlockRequest {
  readonly random: SeededRandom;
  readonly name: string;
  readonly next: string;
}

/** Stands for the prefix of an inclusion, as generated documents write it. */
export const PREFIX = '$$_MY_PREFIX_$$';

/** The state of a block: what is noted on entry comes first, an error ends the workflow. */
export function block(name: string, entry: string, transitions: string): string {
  return `
    <!-- Block: ${name} -->
    <state id="${name}">
      <onentry>
        <log expr="_sessionid + ': Inside ${name}'" label="'Composer'"/>
        <script><![CDATA[
          visit(_my_prefix + '.${name}');
          App_${name} = (typeof App_${name} == 'undefined') ? new Object() : App_${name};
          App_${name}['requestid'] = '';
          App_${name}.entered = (App_${name}.entered || 0) + 1;
        ]]></script>${entry}
      </onentry>${transitions}
      <transition event="error" cond="_event.name.indexOf('error.notallowed') != 0" target="${PREFIX}.Exit_Error">
        <script>system.LastErrorEvent = { name: _event.name, data: cloneObject(_event.data) }; __Log(_event.toSource());</script>
      </transition>
      <onexit><log expr="'Leaving ${name} ' + uneval(App_${name})" level="4"/></onexit>
    </state>`;
}

/** Leaves a block by an event to the session itself, through its external queue. */
function proceed(name: string): string {
  return `
        <send event="'${name}.script.done'"><param name="resolveid" expr="_my_prefix"/></send>`;
}

function proceeded(name: string, target: string, more = '', content = ''): string {
  return `
      <transition event="${name}.script.done" cond="_event.data.resolveid == _my_prefix${more}" target="${PREFIX}.${target}">${content}</transition>`;
}

type BlockMaker = (request: BlockRequest) => Block;

const made = (request: BlockRequest, xml: string, visits = [request.name]): Block => ({
  name: request.name,
  xml,
  visits,
});

export const assign: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <assign location="_data.counter" expr="Counter.next(_data.counter, ${1 + random.below(5)})"/>
        <assign location="_data.texts['${name}']" expr="StringUtil.padLeft(_data.counter, 6, '0')"/>
        <assign location="App_${name}.copy" expr="cloneObject(_data.texts)"/>${proceed(name)}`;
  return made(request, block(name, entry, proceeded(name, next)));
};

export const script: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <script><![CDATA[
          var total = 0, i, list = [${Array.from({ length: 5 }, () => random.below(100)).join(', ')}];
          for (i = 0; i < list.length; i++) { total += Lib1.rule0 ? list[i] : 0; }
          // a comment with <markup> & entities
          App_${name}.hash = new Hash(${random.below(999)}).add(total).add(_data.counter).toString();
          if ('x'.surround('-') !== '-x-' || new Date(0).addDays(1).getTime() !== 86400000) { throw new Error('not extended'); }
          App_${name}.parsed = parseContent('{"a": [1, 2, {"b": "${name}"}]}');
          if (App_${name}.parsed.a[2].b !== '${name}') { throw new Error('parsed wrongly'); }
          __Raise('${name}.raised', { hash: App_${name}.hash, nested: { list: list } });
        ]]></script>`;
  const transitions = `
      <transition event="${name}.raised" cond="_event.data.nested.list.length == 5 &amp;&amp; _event.data.hash == App_${name}.hash" target="${PREFIX}.${next}"/>`;
  return made(request, block(name, entry, transitions));
};

/** A branching whose first matching condition is known; the block of the other branch is never entered. */
export const branching: BlockMaker = (request) => {
  const { name, next, random } = request;
  const takesFirst = random.below(2) === 0;
  const xml =
    block(
      name,
      '',
      `
      <transition cond="safely(function () { return ${takesFirst ? '1 &lt; 2' : 'nothing.at.all'}; }, false) === true" target="${PREFIX}.${name}_Yes"/>
      <transition cond="${takesFirst ? 'false' : '_data.counter &gt;= 0'}" target="${PREFIX}.${name}_No"/>`,
    ) +
    block(`${name}_Yes`, proceed(`${name}_Yes`), proceeded(`${name}_Yes`, next)) +
    block(`${name}_No`, proceed(`${name}_No`), proceeded(`${name}_No`, next));
  return made(request, xml, [name, `${name}_${takesFirst ? 'Yes' : 'No'}`]);
};

export const loop: BlockMaker = (request) => {
  const { name, next, random } = request;
  const turns = 2 + random.below(3);
  const more = ` &amp;&amp; App_${name}.entered `;
  const transitions = `${proceeded(name, name, `${more}&lt; ${turns}`)}${proceeded(name, next, `${more}&gt;= ${turns}`, `<assign location="App_${name}.entered" expr="0"/>`)}`;
  return made(
    request,
    block(name, proceed(name), transitions),
    Array.from({ length: turns }, () => name),
  );
};

/** Attaches data and waits until it can be seen, at most ten seconds. */
export const userData: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <script><![CDATA[
          App_${name}.marker = (system.Marker = (system.Marker || 0) + 1);
          App_${name}.data = { '${name}': 'v${random.below(1000)}', nested: { '${name}': _data.counter }, Composer_internal_key: App_${name}.marker };
          _genesys.ixn.setuData(App_${name}.data, system.InteractionID);
        ]]></script>
        <send event="'${name}.timeout'" delay="'10s'" idlocation="App_${name}.timer"><param name="resolveid" expr="_my_prefix"/></send>`;
  const seen = `_genesys.ixn.interactions[system.InteractionID].udata.Composer_internal_key == App_${name}.marker`;
  const transitions = `
      <transition event="interaction.udata.changed" cond="_event.data.interactionid == system.InteractionID &amp;&amp; ${seen}">
        <cancel sendid="App_${name}.timer"/>
      </transition>
      <transition event="cancel.successful" cond="_event.data.sendid == App_${name}.timer" target="${PREFIX}.${next}"/>
      <transition event="${name}.timeout" cond="_event.data.resolveid == _my_prefix" target="${PREFIX}.${name}_Late"/>`;
  const late = block(`${name}_Late`, proceed(`${name}_Late`), proceeded(`${name}_Late`, next));
  return made(request, block(name, entry, transitions) + late);
};

export const playMessage: BlockMaker = (request) => {
  const { name, next } = request;
  const entry = `
        <dialog:play requestid="App_${name}['requestid']" interactionid="system.InteractionID" language="system.Language">
          <dialog:prompts type="ann"><dialog:prompt text="'message of ${name}'" interrupt="true"/></dialog:prompts>
        </dialog:play>`;
  return made(request, block(name, entry, answered(name, 'dialog.play', next)));
};

export const music: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <dialog:playsound requestid="App_${name}['requestid']" interactionid="system.InteractionID" type="'music'"
            resource="'music/on_hold'" duration="'${1 + random.below(4)} '"/>`;
  return made(request, block(name, entry, answered(name, 'dialog.playsound', next)));
};

export const userInput: BlockMaker = (request) => {
  const { name, next } = request;
  const entry = `
        <dialog:playandcollect requestid="App_${name}['requestid']" interactionid="system.InteractionID">
          <dialog:prompts><dialog:prompt text="'key in something'"/></dialog:prompts>
          <dialog:input max_digits="4" term_digits="'#'" start_timeout="2" digit_timeout="2" total_timeout="10"/>
        </dialog:playandcollect>`;
  const stored = `<assign location="_data.texts.digits" expr="_event.data.digits"/>`;
  return made(request, block(name, entry, answered(name, 'dialog.playandcollect', next, stored)));
};

/** A web request; `system.ServerURL` is where the tests listen. */
export const webRequest: BlockMaker = (request) => {
  const { name, next, random } = request;
  const isPost = random.below(2) === 0;
  const body = isPost
    ? `<content _expr="{ name: '${name}', counter: _data.counter }"/>`
    : `<param name="name" expr="'${name}'"/><param name="list" expr="_data.counter"/>`;
  const entry = `
        <session:fetch requestid="App_${name}['requestid']" srcexpr="system.ServerURL + '/echo'" method="'${isPost ? 'post' : 'get'}'"
            enctype="'${isPost ? 'application/json' : 'application/x-www-form-urlencoded'}'" maxage="0" maxstale="0"
            type="'application/json'" gdelivery="false" gd_retries="1" gd_retry_interval="0" timeout="30"
            headers="{ 'X-Block': '${name}' }">${body}</session:fetch>`;
  const check = `<script>App_${name}.content = parseContent(_event.data.content);
        if (App_${name}.content.name != '${name}') { throw new Error('another answer: ' + _event.data.content); }</script>`;
  return made(request, block(name, entry, answered(name, 'session.fetch', next, check)));
};

/** A request that fails takes the error port. */
export const failingRequest: BlockMaker = (request) => {
  const { name, next } = request;
  const entry = `
        <session:fetch requestid="App_${name}['requestid']" srcexpr="system.ServerURL + '/missing'" method="'get'" type="'text/plain'"/>`;
  const transitions = `
      <transition event="session.fetch.done" target="${PREFIX}.Exit_Error"/>
      <transition event="error.session.fetch" cond="_event.data.requestid == App_${name}['requestid'] &amp;&amp; _event.data.error == 404" target="${PREFIX}.${next}"/>`;
  return made(request, block(name, entry, transitions));
};

/** A target that nobody staffs: the request ends by its timeout, and the workflow goes on. */
export const busyTarget: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <queue:submit requestid="App_${name}['requestid']" interactionid="system.InteractionID" queue="'VQ_${name}'"
            priority="${random.below(10)}" timeout="${1 + random.below(5)}" ordertype="max" orderstat="'StatTimeInReadyState'"
            clearontimeout="true" clearqueue="false" route="false">
          <queue:targets type="agentgroup"><queue:targetid expr="'Nobody@.GA'"/></queue:targets>
        </queue:submit>`;
  const own = `_event.data.requestid == App_${name}['requestid']`;
  const transitions = `
      <transition event="queue.submit.requestid" cond="${own}"><queue:query requestid="App_${name}['requestid']"/></transition>
      <transition event="queue.query.done"><assign location="App_${name}.position" expr="_event.data.positioninqueue"/></transition>
      <transition event="queue.submit.done" cond="${own}" target="${PREFIX}.Exit_Error"/>
      <transition event="error.queue.submit" cond="${own} &amp;&amp; _event.data.error == 'timeout' &amp;&amp; App_${name}.position &gt;= 1" target="${PREFIX}.${next}"/>`;
  return made(request, block(name, entry, transitions));
};

/** Waits for an event of its own. */
export const wait: BlockMaker = (request) => {
  const { name, next, random } = request;
  const entry = `
        <send event="'${name}.over'" delay="'${200 + random.below(2000)}ms'" target="_sessionid" targettype="'scxml'"
            namelist="_my_prefix"/>`;
  const transitions = `
      <transition event="${name}.over" cond="_event.data._my_prefix == _my_prefix" target="${PREFIX}.${next}"/>`;
  return made(request, block(name, entry, transitions));
};

/** What the functions and objects under `_genesys` answer. */
export const objects: BlockMaker = (request) => {
  const { name, next } = request;
  const entry = `
        <script><![CDATA[
          var interaction = _genesys.ixn.interactions[system.InteractionID];
          if (interaction.voice.ani != system.ANI || interaction.category != 'voice') throw new Error('not the interaction');
          if (interaction.voice.media != 'TMediaVoice') throw new TypeError('not a voice call');
          App_${name}.media = _genesys.ixn.getMediaIntValue('TMediaChat');
          App_${name}.route = _genesys.queue.rType.RouteTypeDefault;
          App_${name}.tenant = _genesys.session.tenant;
          App_${name}.states = __GetCurrentStates();
          App_${name}.base = __GetDocumentURL().substring(0, __GetDocumentURL().lastIndexOf('/'));
          if (App_${name}.media != 5 || App_${name}.route != 1 || App_${name}.states.length < 3) throw new Error('wrong');
        ]]></script>${proceed(name)}`;
  return made(request, block(name, entry, proceeded(name, next)));
};

function answered(name: string, event: string, next: string, content = ''): string {
  const own = `cond="_event.data.requestid == App_${name}['requestid']"`;
  return `
      <transition event="${event}.done" ${own} target="${PREFIX}.${next}">${content}</transition>
      <transition event="error.${event}" ${own} target="${PREFIX}.Exit_Error">
        <script>system.LastErrorEvent = { name: _event.name, data: cloneObject(_event.data) };</script>
      </transition>`;
}

/** Blocks that need nothing but the session, and those that need a call. */
export const quietBlocks: readonly [BlockMaker, ...BlockMaker[]] = [
  assign,
  script,
  branching,
  loop,
  wait,
  webRequest,
  failingRequest,
];
export const callBlocks: readonly [BlockMaker, ...BlockMaker[]] = [
  assign,
  script,
  branching,
  loop,
  wait,
  webRequest,
  failingRequest,
  userData,
  playMessage,
  music,
  userInput,
  busyTarget,
  objects,
];

/** Blocks that need a server to talk to. */
export const webBlocks: ReadonlySet<BlockMaker> = new Set([webRequest, failingRequest]);
