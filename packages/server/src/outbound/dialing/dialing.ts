import { Listeners } from '../../kernel/index.js';
import type { AgentChange } from '../../routing/index.js';
import type { Sql, Transaction } from '../../store/index.js';
import { outboundApplication } from '../application.js';
import type { DialSettings } from '../dial-settings.js';
import { OutboundError } from '../errors.js';
import { AgentAssignments } from './agent-assignments.js';
import { Announcements, type GroupHandler } from './announcements.js';
import { AttemptCalls } from './attempt-calls.js';
import { purgeAttempts } from './attempt-store.js';
import { setLeaving, setPreviews, setReadyAt } from './campaign-agents.js';
import { ChainNews } from './chain-news.js';
import type {
  ChainScope,
  DesktopHandler,
  ProcessedRequest,
  RecordKeys,
  RecordSelector,
  RescheduleRequest,
} from './desktop-message.js';
import { DesktopRecords } from './desktop-records.js';
import { Dial } from './dial.js';
import { DialRound } from './dial-round.js';
import type { DialingEventHandler } from './dialing-event.js';
import { Engagements } from './engagements.js';
import { Errands } from './errands.js';
import { outstandingWork } from './group-dialer.js';
import { GroupDialers } from './group-dialers.js';
import { GroupLife } from './group-life.js';
import { outboundOption } from './group-options.js';
import { allGroups, type StoredGroup } from './group-store.js';
import { handlesOf } from './held-record.js';
import {
  type AttemptCall,
  type AttemptView,
  type CallsUnderWay,
  type HeldRecord,
  viewAttempts,
  viewCalls,
  viewHeld,
} from './held-view.js';
import type { LoadedGroup } from './loaded-group.js';
import { mostAbandoned } from './most-abandoned.js';
import { Offers } from './offers.js';
import type { DialingParts } from './parts.js';
import { Placement } from './placement.js';
import { Processing } from './processing.js';
import { RecordSupply } from './record-supply.js';
import { TreatmentFlows } from './treatment-flows.js';
import { endTreatment, type TreatmentModule, treatmentModule } from './treatment-module.js';
import { Withdrawals } from './withdrawals.js';

const DEFAULT_RECHECK_MS = 60_000;
const PURGE_BATCH = 5000;

/**
 * Dialing for the loaded campaign groups. Every state is in the database: any node answers any request, and the node that
 * owns a group (lease `dialer <dbid>`) decides when to dial for it.
 *
 * A group is *loaded* (holds nothing, dials nothing), *running* (takes records, dials or gives them out), or *unloading*
 * (calls and desktops finish; then `onDrained`, and it is not there any more).
 */
export class Dialing {
  readonly #parts: DialingParts;
  readonly #announcements: Announcements;
  readonly #errands: Errands;
  readonly #processing: Processing;
  readonly #attemptCalls: AttemptCalls;
  readonly #assignments: AgentAssignments;
  readonly #life: GroupLife;
  readonly #desktop: DesktopRecords;
  readonly #withdrawals: Withdrawals;
  readonly #dialers: GroupDialers;
  readonly #previews = new Listeners<[]>();
  #stops: (() => void)[] = [];

  /** To be made before the switch and the router start: it registers its handlers there. */
  constructor(parts: DialingParts) {
    this.#parts = parts;
    const changed = (group: number) => this.#dialers.changed(group);
    const announcements = new Announcements(parts.database);
    const errands = new Errands(parts);
    const news = new ChainNews(announcements, parts.clock);
    const flows = new TreatmentFlows(parts);
    const processing = new Processing({ lists: parts.lists, news, flows, clock: parts.clock });
    const placement: Placement = new Placement(
      parts,
      errands,
      () => this.#attemptCalls,
      () => dial,
    );
    const dial = new Dial(parts, announcements, processing, (attempt) => placement.begin(attempt));
    const assignments = new AgentAssignments(parts, announcements, changed);
    const engagements = new Engagements(parts, assignments, errands, changed);
    const attemptCalls = new AttemptCalls({
      dialing: parts,
      announcements,
      processing,
      engagements,
      assignments,
      errands,
      changed,
    });
    const offers = new Offers(parts, announcements, processing, dial, assignments, changed);
    const supply = new RecordSupply(parts);
    const recheckMs = parts.recheckMs ?? DEFAULT_RECHECK_MS;
    const common = {
      dialing: parts,
      announcements,
      attemptCalls,
      dial,
      assignments,
      engagements,
      offers,
      supply,
      recheckMs,
    };
    const round = new DialRound(common);
    this.#announcements = announcements;
    this.#errands = errands;
    this.#processing = processing;
    this.#attemptCalls = attemptCalls;
    this.#assignments = assignments;
    this.#desktop = new DesktopRecords({ dialing: parts, processing, dial, offers, assignments, supply, changed });
    this.#withdrawals = new Withdrawals(parts, processing, offers, changed);
    this.#dialers = new GroupDialers({ ...common, round, placed: (attempt) => placement.resume(attempt) });
    this.#life = new GroupLife({
      ...{ dialing: parts, announcements, processing, engagements, offers, dialers: this.#dialers },
      previewStarted: () => this.#previews.notify(),
    });
    announcements.events.push(async (tx, event) => tx.afterCommit(() => this.#dialers.observe(event)));
    attemptCalls.listen();
    engagements.listen();
    offers.listen();
  }

  /** Takes up what an earlier process left (after `Calls.recover` and `Router.start`), and begins to dial. */
  async start(): Promise<void> {
    await this.#announcements.start();
    this.#stops = [
      this.#parts.agents.onState((change) => this.#agentChanged(change)),
      this.#parts.lists.onFresh(() => this.#dialers.listsChanged()),
    ];
    await this.#dialers.start();
  }

  /** Nothing is dialed from now on; calls go on. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#dialers.stop();
    this.#errands.stop();
    this.#announcements.stop();
  }

  // The life of a campaign group (group-life.ts). The caller keeps its states; what does not fit is ignored.

  /** Begins to hold records for a group; nothing is dialed. Records that an earlier life of it left are taken back. */
  load(tx: Transaction, group: LoadedGroup): Promise<void> {
    return this.#life.load(tx, group);
  }

  startGroup(tx: Transaction, groupDbid: number, settings: DialSettings): Promise<void> {
    return this.#life.start(tx, groupDbid, settings);
  }

  /** Changes what is dialed by, running or not. */
  change(tx: Transaction, groupDbid: number, settings: DialSettings): Promise<void> {
    return this.#life.change(tx, groupDbid, settings);
  }

  /** Nothing new is dialed; calls finish, records stay where they are. */
  stopGroup(tx: Transaction, groupDbid: number): Promise<void> {
    return this.#life.stop(tx, groupDbid);
  }

  /**
   * Gives what is buffered back to the lists, what waits for a redial with its time.
   * @returns calls and records on desktops that are still to finish: then `onDrained` follows. 0: the group is not there
   *   any more
   */
  beginUnload(tx: Transaction, groupDbid: number): Promise<{ outstanding: number }> {
    return this.#life.beginUnload(tx, groupDbid);
  }

  /** Forgets calls and desktops: handles become invalid, calls go on untracked. Nothing for a group that is not loaded. */
  forceUnload(tx: Transaction, groupDbid: number): Promise<void> {
    return this.#life.forceUnload(tx, groupDbid);
  }

  /** What an unloading group waits for. */
  outstanding(groupDbid: number): Promise<number> {
    return this.#parts.database.transaction((tx) => outstandingWork(tx, groupDbid));
  }

  /** The last call or desktop record of an unloading group has finished, and the group is not there any more. */
  onDrained(handler: GroupHandler): void {
    this.#announcements.drained.push(handler);
  }

  /** A running group holds no record any more and its lists have given none (1.12); once until they give some again. */
  onDepleted(handler: GroupHandler): void {
    this.#announcements.depleted.push(handler);
  }

  /** A group in Preview mode has begun to give out records, on this node. */
  onPreviewStarted(handler: () => void): () => void {
    return this.#previews.add(handler);
  }

  onEvent(handler: DialingEventHandler): void {
    this.#announcements.events.push(handler);
  }

  /** What is sent to desktops by itself; on every node. */
  onDesktop(handler: DesktopHandler): () => void {
    return this.#announcements.onDesktop(handler);
  }

  // The desktop protocol's record work (spec 3.2). All throw OutboundError; keys are those of the acknowledgement.

  /**
   * PreviewRecordRequest.
   * @param campaign absent: any loaded campaign of the agent's groups
   * @returns undefined: none (PreviewRecordEmpty)
   */
  previewRecord(agentId: string, campaign?: string): Promise<RecordKeys | undefined> {
    return this.#desktop.preview(agentId, campaign);
  }

  /** Whether there is a running campaign in Preview mode for the agent. */
  async mayAskForRecords(agentId: string): Promise<boolean> {
    const groups = await this.#groupsOf(this.#parts.database, agentId, undefined);
    for (const group of groups) {
      const previews = group.state === 'running' && group.settings.dialMode === 'Preview';
      if (previews && (await this.#assignments.worksFor(this.#parts.database, agentId, group))) return true;
    }
    return false;
  }

  /** Dials a record that was previewed, or a due callback: the agent's phone rings first, then the customer's. */
  dialRecord(agentId: string, handle: number): Promise<void> {
    return this.#desktop.dial(agentId, handle);
  }

  /** ChainedRecordRequest: the other records of the chain, each with a handle of its own, and the keys of ChainedRecordsDataEnd. */
  chained(handle: number): Promise<{ records: RecordKeys[]; end: RecordKeys }> {
    return this.#desktop.chained(handle);
  }

  /** UpdateCallCompletionStats. */
  update(handle: number, fields: RecordKeys): Promise<RecordKeys> {
    return this.#desktop.update(handle, fields);
  }

  processed(handle: number, request: ProcessedRequest): Promise<RecordKeys> {
    return this.#desktop.processed(handle, request);
  }

  reject(handle: number): Promise<RecordKeys> {
    return this.#desktop.reject(handle);
  }

  /** RecordReschedule and ScheduledRecordReschedule; in effect when the record is processed. */
  reschedule(handle: number, request: RescheduleRequest): Promise<RecordKeys> {
    return this.#desktop.reschedule(handle, request);
  }

  /**
   * RequestRecordCancel, over all loaded campaigns or one.
   * @param options `scope`: default `AllChain`
   * @returns the echoed keys, with `GSW_MESSAGE` where agents have some of the records
   */
  cancel(
    selector: RecordSelector,
    { campaign, scope = 'AllChain', tx }: { campaign?: string; scope?: ChainScope; tx?: Transaction } = {},
  ): Promise<RecordKeys> {
    const request = { selector, scope, ...(campaign !== undefined && { campaign }) };
    return this.#within(tx, (transaction) => this.#withdrawals.cancel(transaction, request));
  }

  /** @param options `scope`: default `AllChain` */
  doNotCall(
    selector: RecordSelector,
    { scope = 'AllChain', tx }: { scope?: ChainScope; tx?: Transaction } = {},
  ): Promise<RecordKeys> {
    return this.#within(tx, (transaction) => this.#withdrawals.doNotCall(transaction, selector, scope));
  }

  /** LogOut: the agent is not counted any more until he logs in again; records without a call are given back. */
  async logOut(agentId: string, campaign?: string): Promise<void> {
    const { database } = this.#parts;
    await setLeaving(database, agentId, true);
    await this.#desktop.close(agentId, false, campaign);
    this.#wakeAll();
    await database.transaction(async (tx) => {
      for (const { appId, campaign: own } of await this.#groupsOf(tx, agentId, campaign)) {
        const keys = { GSW_APPLICATION_ID: appId, GSW_CAMPAIGN_NAME: own.name, GSW_LOGOUT_TIME: 0 };
        this.#announcements.send(tx, agentId, { userEvent: 'LogOutTime', keys });
      }
    });
  }

  /** ReadyTime: the agent will be ready in so many seconds. */
  async readyTime(agentId: string, seconds: number): Promise<void> {
    if (!Number.isFinite(seconds) || seconds < 0) throw new OutboundError('invalid-attribute', 'GSW_READY_TIME');
    await setReadyAt(this.#parts.database, agentId, this.#parts.clock.now() + seconds * 1000);
    this.#wakeAll();
  }

  /** PreviewDialingModeStart and -Over. */
  async previewMode(agentId: string, on: boolean): Promise<void> {
    await setPreviews(this.#parts.database, agentId, on);
  }

  // SCXML treatments.

  /** Executable content of SCXML treatments, for the orchestration host. */
  treatmentModule(): TreatmentModule {
    const changed = (group: number) => this.#dialers.changed(group);
    return treatmentModule(() => ({ dialing: this.#parts, processing: this.#processing, changed }));
  }

  /** To be called when a session has ended: a treatment that has decided nothing leaves that to the list. */
  async sessionEnded(tx: Transaction, session: string): Promise<void> {
    const changed = (group: number) => this.#dialers.changed(group);
    await endTreatment(tx, { processing: this.#processing, changed }, session);
  }

  // Sight.

  held(handle: number): Promise<HeldRecord | undefined> {
    return viewHeld(this.#parts.database, handle);
  }

  /** The records on an agent's desktop, as PreviewRecord has them: what a desktop that connects again shows. */
  recordsOf(agentId: string): Promise<RecordKeys[]> {
    return this.#desktop.recordsOf(agentId);
  }

  /** The handles of those records of a list that are held, by record id. */
  handles(list: string, recordIds: readonly number[]): Promise<Map<number, number>> {
    return handlesOf(this.#parts.database, list, recordIds);
  }

  /** The attempts of a record, oldest first, those that were not dialed too. */
  attempts(list: string, recordId: number): Promise<AttemptView[]> {
    return viewAttempts(this.#parts.database, list, recordId);
  }

  /** What is known of an attempt's call beside its course. */
  async attemptCall(attempt: string): Promise<AttemptCall> {
    const legs = await this.#parts.calls.legsOf(attempt);
    const from = legs.find(({ id }) => id === attempt)?.from;
    const agentRingingAt = legs.findLast(
      ({ role, ringingAt }) => role === 'agent' && ringingAt !== undefined,
    )?.ringingAt;
    return { ...(from !== undefined && { from }), ...(agentRingingAt !== undefined && { agentRingingAt }) };
  }

  /** The share of answered calls of a campaign group that may find no agent. */
  mostAbandoned(group: { name: string; campaign: { name: string } }): number {
    const { configuration, compliance } = this.#parts;
    const { dbid: appId } = outboundApplication(configuration);
    return mostAbandoned(outboundOption(configuration, { ...group, appId }), compliance);
  }

  /** The calls of a group that are under way. */
  calls(groupDbid: number): Promise<CallsUnderWay> {
    return viewCalls(this.#parts.database, groupDbid);
  }

  /** Deletes the attempts that ended before a time (milliseconds since 1970). @returns how many */
  async purge(before: number): Promise<number> {
    for (let purged = 0; ; ) {
      const deleted = await purgeAttempts(this.#parts.database, before, PURGE_BATCH);
      purged += deleted;
      if (deleted < PURGE_BATCH) return purged;
    }
  }

  async #groupsOf(tx: Sql, agentId: string, campaign: string | undefined): Promise<StoredGroup[]> {
    const own = this.#parts.configuration.object('agents', agentId)?.groups ?? [];
    return (await allGroups(tx)).filter(
      ({ group, campaign: { name } }) => own.includes(group.name) && (campaign === undefined || name === campaign),
    );
  }

  #agentChanged({ state, previous }: AgentChange): void {
    if (state.state === previous.state) return;
    const { database } = this.#parts;
    const { id } = state;
    if (state.state === 'logged-out') this.#errands.run('closing a desktop', () => this.#desktop.close(id, true));
    else if (previous.state === 'logged-out') {
      this.#errands.run('counting an agent again', () => setLeaving(database, id, false));
    }
  }

  #wakeAll(): void {
    this.#dialers.agentsChanged();
  }

  async #within<T>(tx: Transaction | undefined, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return tx ? work(tx) : this.#parts.database.transaction(work);
  }
}
