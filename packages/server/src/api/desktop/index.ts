import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Invitations } from '../../callback/index.js';
import type { Chats } from '../../chat/index.js';
import type { Configuration } from '../../config/index.js';
import type { Activity, Logger } from '../../kernel/index.js';
import { type CampaignGroups, type Dialing, outboundApplication, type RecordRequests } from '../../outbound/index.js';
import type { Journal } from '../../reporting/index.js';
import type { Agents } from '../../routing/index.js';
import type { Calls } from '../../telephony/index.js';
import type { Identity } from '../admin/authentication.js';
import { may } from '../admin/roles.js';
import { RememberedPasswords, readBasic } from '../http/remembered-passwords.js';
import { answerFailures, RequestError } from '../http.js';
import { answerNotFound, asProblem } from '../problem.js';
import { Desktops } from './desktops.js';
import { AgentSeat } from './seat.js';
import { UserEvents } from './user-events.js';

export interface DesktopOptions {
  configuration: Configuration;
  campaigns: CampaignGroups;
  dialing: Dialing;
  records: RecordRequests;
  agents: Agents;
  calls: Calls;
  /** What callbacks ask agents. */
  invitations: Invitations;
  chats: Chats;
  journal: Pick<Journal, 'subscribe'>;
  /** Telephones of agents; absent: nothing is known of them. */
  phones?: { state(agentId: string): string | undefined; onChange(handler: (dn: string) => void): () => void };
  /** The account with which the browser of an agent is a telephone; undefined: it is none. */
  softphone?: (agentId: string) => object | undefined;
  /** Users of the administration API, who may sit down for agents. */
  people: { identify(credentials: FastifyRequest['headers']): Promise<Identity | undefined> };
  activity: Activity;
  log: Logger;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The agent whose desktop it is. */
    desktopAgent: string;
    /** Whether it is the agent, and not somebody who sits down for the agent. */
    isOwnDesktop: boolean;
  }
}

/** The name of everybody where nobody has to log in. */
const NOBODY_IN_PARTICULAR = 'anonymous';

const CHALLENGE = 'Basic realm="Ringback desktop", charset="UTF-8"';

/**
 * The agent desktop channel (interface.md 6), to be registered with the prefix `/desktop`: a WebSocket, authenticated by
 * an agent's id and password (HTTP Basic). A user of the administration API may sit down for an agent with `?agent=id`:
 * an agent's own user, and whoever may act for agents.
 */
export async function desktopApi(app: FastifyInstance, options: DesktopOptions): Promise<void> {
  const { configuration, campaigns, dialing, records, agents, calls, invitations } = options;
  const { chats, journal, people, activity, log } = options;
  const groupsOf = (agentId: string) => configuration.object('agents', agentId)?.groups ?? [];
  const userEvents = new UserEvents({
    dialing,
    records,
    campaigns,
    applicationId: () => outboundApplication(configuration).dbid,
    groupsOf,
    description: (kind, name) => configuration.object(kind, name)?.description,
  });
  const desktops = new Desktops({
    seat: new AgentSeat({ agents, calls, dialing, invitations }),
    userEvents,
    chats,
    groupsOf,
    phoneOf: (agentId) => options.phones?.state(agentId),
    activity,
    log,
  });
  const passwords = new RememberedPasswords();
  answerFailures(app, log, asProblem);
  answerNotFound(app);
  app.decorateRequest('desktopAgent', '');
  app.decorateRequest('isOwnDesktop', false);

  const feed = journal.subscribe({ types: ['agent.state', 'call.*'], onEvent: (event) => desktops.hear(event) });
  const forget = [
    campaigns.onNotification((notification) => desktops.notify(notification)),
    dialing.onDesktop((agentId, message) => desktops.deliver(agentId, message)),
    invitations.onOffered((invitation) => desktops.ask(invitation)),
    chats.onChange((chat, concerned) => desktops.chatChanged(chat, concerned)),
    invitations.onWithdrawn((invitation) => desktops.takeBack(invitation)),
    configuration.onChange(({ kind }) => {
      if (kind === 'agents') desktops.closeUnless((id) => configuration.object('agents', id)?.enabled ?? false);
    }),
  ];
  const forgetPhones = options.phones?.onChange((dn) => {
    for (const [id, agent] of configuration.objects('agents')) if (agent.dn === dn) desktops.phoneChanged(id);
  });
  app.addHook('onClose', async () => {
    feed.close();
    forgetPhones?.();
    for (const stop of forget) stop();
  });

  const isAgent = (id: string) => configuration.object('agents', id)?.enabled ?? false;
  /** The agent for whom the user of a request may sit down. */
  const userFor = async (request: FastifyRequest, name: string): Promise<string | undefined> => {
    // Repeated, it is an array, which names nobody.
    const { agent = name } = request.query as { agent?: string };
    const identity = await people.identify(request.headers);
    const mayWork = identity && may(identity, 'act for agents') && isAgent(agent);
    return mayWork && (identity.name === agent || may(identity, 'change the floor')) ? agent : undefined;
  };
  /** Whether the user of a request is the agent, or nobody has to say who they are. */
  const isOwn = async (request: FastifyRequest, agent: string): Promise<boolean> => {
    const identity = await people.identify(request.headers);
    return identity?.name === agent || identity?.name === NOBODY_IN_PARTICULAR;
  };
  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    refuseForeignPages(request);
    const { name, password } = readBasic(request.headers.authorization) ?? { name: '', password: '' };
    const own = isAgent(name) ? configuration.object('agents', name)?.password : undefined;
    const sitsDown = own === undefined ? await userFor(request, name) : undefined;
    const isRight = own !== undefined && (await passwords.isRight(name, password, own));
    const agent = isRight ? name : sitsDown;
    if (agent !== undefined) {
      request.desktopAgent = agent;
      request.isOwnDesktop = isRight || (await isOwn(request, agent));
      return;
    }
    reply.header('www-authenticate', CHALLENGE);
    throw new RequestError(401, 'authentication-required', 'Name an agent and the password (HTTP Basic).');
  };

  app.route({
    method: 'GET',
    url: '/',
    onRequest: authenticate,
    handler: async (_request, reply) => {
      reply.header('upgrade', 'websocket');
      throw new RequestError(426, 'upgrade-required', 'This address is a WebSocket.');
    },
    wsHandler: (socket, request) => desktops.open(socket, request.desktopAgent),
  });

  app.get('/softphone', { onRequest: authenticate }, async (request, reply) => {
    const account = options.softphone?.(request.desktopAgent);
    if (account === undefined)
      throw new RequestError(404, 'no-softphone', 'The telephone of this agent is no browser.');
    refuseOthers(request);
    return reply.header('cache-control', 'no-store').send(account);
  });
}

/** The password of a telephone is the agent's alone, who rings where it is registered. */
function refuseOthers({ isOwnDesktop }: FastifyRequest): void {
  if (isOwnDesktop) return;
  throw new RequestError(403, 'not-allowed', 'The telephone of an agent is handed out to the agent alone.');
}

/** A page of another site must not open a desktop with the credentials that the browser remembers. */
function refuseForeignPages({ headers }: FastifyRequest): void {
  const { origin, host = '' } = headers;
  if (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host.toLowerCase())) return;
  throw new RequestError(403, 'foreign-origin', 'Pages of other sites may not open a desktop.');
}
