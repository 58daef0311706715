import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Activity, Logger } from '../../kernel/index.js';
import type { CampaignGroups } from '../../outbound/index.js';
import { RememberedPasswords, readBasic } from '../http/remembered-passwords.js';
import { answerFailures, RequestError } from '../http.js';
import { answerNotFound, asProblem } from '../problem.js';
import { type CommDnConfiguration, isCommDn } from './admission.js';
import { Connections, parsedFrame } from './connections.js';
import { Exchange, type ExchangeOptions } from './exchange.js';

export interface CommDnOptions {
  configuration: CommDnConfiguration;
  campaigns: ExchangeOptions['campaigns'] & Pick<CampaignGroups, 'onNotification'>;
  dialing: ExchangeOptions['dialing'];
  activity: Activity;
  log: Logger;
}

interface OneDn {
  Params: { dn: string };
}

const CHALLENGE = 'Basic realm="Ringback CommDN", charset="UTF-8"';

/**
 * The Communication DN API (reference 002; interface.md 5), to be registered with the prefix `/commdn`: `/{dn}` as
 * WebSocket, each text frame being the user data of one UserEvent in either direction, and as POST of one such object.
 * Applications authenticate with their name and password; one without a password cannot.
 */
export async function commDnApi(app: FastifyInstance, options: CommDnOptions): Promise<void> {
  const { configuration, campaigns, log } = options;
  const exchange = new Exchange(options);
  const connections = new Connections({ ...options, exchange });
  const passwords = new RememberedPasswords();
  answerFailures(app, log, asProblem);
  answerNotFound(app);
  // What is no JSON is an error of the protocol, not of HTTP.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  const forget = campaigns.onNotification((notification) => connections.notify(notification));
  app.addHook('onClose', async () => forget());

  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { name, password } = readBasic(request.headers.authorization) ?? { name: '', password: '' };
    const application = configuration.objects('applications').get(name);
    const known = application?.enabled ? application.password : undefined;
    if (await passwords.isRight(name, password, known)) return;
    reply.header('www-authenticate', CHALLENGE);
    throw new RequestError(401, 'authentication-required', 'Name an application and its password (HTTP Basic).');
  };
  const requireDn = async (request: FastifyRequest): Promise<void> => {
    const { dn } = request.params as OneDn['Params']; // by the route
    if (isCommDn(configuration, dn)) return;
    throw new RequestError(404, 'unknown-dn', `There is no DN "${dn}" of type CommDN.`);
  };
  const onRequest = [authenticate, requireDn];

  app.route<OneDn>({
    method: 'GET',
    url: '/:dn',
    onRequest,
    handler: async (_request, reply) => {
      reply.header('upgrade', 'websocket');
      throw new RequestError(
        426,
        'upgrade-required',
        'This address is a WebSocket; single messages are sent with POST.',
      );
    },
    wsHandler: (socket, request) => {
      connections.open(socket, request.params.dn, applicationOf(request));
    },
  });

  app.post<OneDn>('/:dn', { onRequest }, async (request, reply) => {
    const sender = { dn: request.params.dn, application: applicationOf(request) };
    const { answer, later } = await exchange.receive(sender, parsedFrame(request.body));
    const message = answer ?? (await later?.answer);
    return message
      ? reply.type('application/json; charset=utf-8').send(JSON.stringify(message))
      : reply.code(204).send();
  });
}

/** The application that has been authenticated. */
function applicationOf(request: FastifyRequest): string {
  return readBasic(request.headers.authorization)?.name ?? '';
}
