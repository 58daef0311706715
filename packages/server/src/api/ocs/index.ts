import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Configuration } from '../../config/index.js';
import type { JsonObject, KvList, Logger } from '../../kernel/index.js';
import { type CampaignGroups, OutboundError, outboundApplication, type RecordRequests } from '../../outbound/index.js';
import { refuseStranger } from '../gms/authentication.js';
import { answerFailures, RequestError } from '../http.js';
import { readUntypedBodies, userDataOf } from './body.js';
import {
  campaignRequestNamed,
  campaignRequestOfPath,
  performOnCampaign,
  serverRequest,
  shownWithStatistics,
} from './campaign-operations.js';
import { customHeaders } from './custom-headers.js';
import { failureFormat, STATUSES } from './failures.js';
import { perform, RESOURCES, requestNamed } from './record-operations.js';

export interface OcsOptions {
  configuration: Configuration;
  campaigns: CampaignGroups;
  records: RecordRequests;
  log: Logger;
}

interface Resource {
  Params: { resource: string; id: string };
  Querystring: Record<string, string | string[]>;
}

/**
 * The HTTP API of Outbound Contact (spec outbound.md 2), to be registered with the prefix `/ocs`: `/{resource}/{id}?req=`
 * for records, phones, customer ids, lists and campaign groups, and the façade `/v3/servers/{dbid}/...`. The body is the
 * user data of the corresponding desktop request, the answer that of its acknowledgement.
 */
export async function ocsApi(app: FastifyInstance, options: OcsOptions): Promise<void> {
  const { configuration, campaigns, records, log } = options;
  const numbers = new WeakMap<FastifyRequest, number>();
  answerFailures(app, log, (failure, request) => failureFormat(() => numbers.get(request))(failure, request), STATUSES);
  app.addHook('onError', async (request, _reply, error) => {
    if (error instanceof OutboundError) numbers.set(request, error.number);
  });
  app.addHook('onRequest', async (request, reply) => {
    for (const [name, value] of customHeaders(configuration.section('OCServer')['http-custom-headers'])) {
      reply.header(name, value);
    }
    if (isOpen(configuration)) return;
    if (refuseStranger(configuration, request, reply)) return reply;
  });
  readUntypedBodies(app);
  app.setNotFoundHandler(async (request) => {
    throw new RequestError(404, 'unknown-resource', `There is no resource at ${request.url.split('?', 1)[0]}.`);
  });

  app.route<Resource>({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    exposeHeadRoute: false,
    url: '/:resource/:id',
    handler: async (request, reply) => {
      const { id } = request.params;
      const kind = request.params.resource.toLowerCase();
      const req = requestName(request.query);
      if (kind === 'campaigngroups') return send(reply, await onCampaignGroup(request, reply, { id, req, campaigns }));
      const resource = RESOURCES.find((one) => one === kind);
      if (!resource) throw new RequestError(404, 'unknown-resource', `There is no resource type "${kind}".`);
      allowOnly(request, reply, ['POST']);
      const name = requestNamed(resource, req);
      return send(reply, { ...(await perform(records, resource, { name, id, data: dataOf(request) })) });
    },
  });

  app.post<{ Params: { dbid: string; request: string } }>('/v3/servers/:dbid/:request', async (request, reply) => {
    const { dbid, request: path } = request.params;
    const name = campaignRequestOfPath(path);
    if (!name) throw new RequestError(404, 'unknown-resource', `There is no request "${path}".`);
    if (dbid !== String(outboundApplication(configuration).dbid)) {
      throw new RequestError(404, 'unknown-resource', `There is no Outbound Contact Server ${dbid}.`);
    }
    const { selector, data } = serverRequest(request.body);
    return send(reply, await performOnCampaign(campaigns, name, selector, data));
  });
}

async function onCampaignGroup(
  request: FastifyRequest,
  reply: FastifyReply,
  { id, req, campaigns }: { id: string; req: string | undefined; campaigns: CampaignGroups },
): Promise<JsonObject> {
  const selector = /^\d{1,10}$/.test(id) ? { dbid: Number(id) } : { name: id };
  const reads = req === undefined || campaignRequestNamed(req) === 'GetStatus';
  allowOnly(request, reply, reads ? ['GET', 'HEAD', 'POST'] : ['POST']);
  if (request.method !== 'POST') {
    const view = await campaigns.status(selector);
    return shownWithStatistics(view, await campaigns.statistics.live(view));
  }
  return performOnCampaign(campaigns, campaignRequestNamed(req), selector, dataOf(request));
}

/** The value of `req`, in whatever case the parameter comes; an empty one names nothing. */
function requestName(query: Resource['Querystring']): string | undefined {
  const values = Object.entries(query).flatMap(([name, value]) => (name.toLowerCase() === 'req' ? value : []));
  return values.at(-1)?.trim() || undefined;
}

function dataOf(request: FastifyRequest): KvList {
  const type = request.headers['content-type'];
  if (type !== undefined && !/json/i.test(type)) {
    throw new RequestError(415, 'unsupported-media-type', 'The body must be JSON.');
  }
  return userDataOf(request.body);
}

function allowOnly(request: FastifyRequest, reply: FastifyReply, methods: readonly string[]): void {
  if (methods.includes(request.method)) return;
  reply.header('allow', methods.join(', '));
  throw new RequestError(405, 'method-not-allowed', `This is asked for with ${methods.join(' or ')}.`);
}

function send(reply: FastifyReply, body: JsonObject): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(body));
}

/** Said to be open to everybody by an entry of `listeners`. */
function isOpen(configuration: Configuration): boolean {
  return [...configuration.objects('listeners').values()].some(({ api, open }) => api === 'ocs' && open);
}
