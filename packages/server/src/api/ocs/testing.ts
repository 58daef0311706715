import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { afterAll } from 'vitest';
import { Invitations } from '../../callback/index.js';
import { ChatRouting, Chats } from '../../chat/index.js';
import { type JsonObject, silentLogger } from '../../kernel/index.js';
import { type BedOptions, DialingBed } from '../../outbound/dialing/testing.js';
import { CampaignGroups, RecordRequests } from '../../outbound/index.js';
import { Journal } from '../../reporting/index.js';
import { Authentication } from '../admin/authentication.js';
import { desktopApi } from '../desktop/index.js';
import { TestPhones } from '../desktop/testing.js';
import { chatAnswer } from '../gms/chat.js';
import { createHttp } from '../http.js';
import { ocsApi } from './index.js';

export interface OutboundBed {
  bed: DialingBed;
  app: FastifyInstance;
  campaigns: CampaignGroups;
  /** They are offered to all agents who are ready, one chat at a time. */
  chats: Chats;
  phones: TestPhones;
  /** `ws://127.0.0.1:port` */
  url: string;
  /** Sends JSON to the HTTP API. */
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<{ status: number; body: JsonObject }>;
}

/** Lists, dialing and campaigns as they are, behind the HTTP API and the desktop channel. */
export async function outboundBed(options: BedOptions = {}): Promise<OutboundBed> {
  const bed = await DialingBed.create(options, 'file');
  const { database, configuration, dialing, lists, agents, calls } = bed.current;
  const ground = { database, clock: bed.clock, activity: bed.activity, log: silentLogger };
  const journal = new Journal(ground);
  await journal.start();
  // The bed below has a journal of its own, which wakes its own feed.
  agents.onState(() => journal.wake());
  calls.onChange(async (tx) => tx.afterCommit(() => journal.wake()));
  const campaigns = new CampaignGroups({
    ...ground,
    configuration,
    journal,
    dialing,
    lists,
    occupancy: async () => ({ ready: 0, occupied: 0, loggedIn: 0 }),
    post: async () => 200,
  });
  await campaigns.start();
  const loadedCampaigns = async () => new Set((await campaigns.loaded()).map(({ campaign }) => campaign.name));
  const records = new RecordRequests({ ...ground, configuration, dialing, lists, loadedCampaigns });
  const app = await createHttp({
    log: silentLogger,
    metrics: new Registry(),
    readiness: () => ({ ready: true }),
    version: '0.0.0',
    consoleDirectory: '/nowhere',
  });
  const common = { configuration, campaigns, records, log: silentLogger };
  await app.register(ocsApi, { prefix: '/ocs', ...common });
  const people = new Authentication({ configuration, adminPassword: 'secret' });
  const { activity } = ground;
  const invitations = new Invitations({ ...ground, sessions: { post: async () => true } });
  const chats = new Chats({
    ...ground,
    notifications: { isEnabled: () => false, publish: async () => [] },
    service: () => ({}),
    nicknameOf: (agent) => configuration.object('agents', agent)?.firstName ?? agent,
    show: chatAnswer,
  });
  await chats.start();
  const routing = new ChatRouting({
    ...{ ...ground, chats, offerMs: () => 30_000 },
    staff: {
      ready: async (tx) =>
        (await agents.states(tx)).flatMap(({ id, state, since }) =>
          state === 'ready' ? [{ id, most: 1, readySince: since }] : [],
        ),
      onReady: (handler) => agents.onState(({ state: { id, state } }) => handler(id, state === 'ready')),
    },
  });
  await routing.start();
  const phones = new TestPhones();
  const softphone = (agentId: string) => phones.accounts.get(agentId);
  const seat = { phones, softphone, dialing, agents, calls, invitations, chats };
  await app.register(desktopApi, { prefix: '/desktop', ...common, ...seat, journal, people, activity });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo; // a TCP server that listens
  afterAll(async () => {
    await app.close();
    await bed.activity.idle();
    await routing.stop();
    await chats.stop();
    await campaigns.stop();
    journal.stop();
  });
  return {
    bed,
    app,
    campaigns,
    chats,
    phones,
    url: `ws://127.0.0.1:${port}`,
    post: async (path, body, headers = {}) => {
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const reply = await app.inject({
        method: 'POST',
        url: `/ocs${path}`,
        headers: { ...json, ...headers },
        ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      await bed.activity.idle();
      return { status: reply.statusCode, body: reply.json() };
    },
  };
}
