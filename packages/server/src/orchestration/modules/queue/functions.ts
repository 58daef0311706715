import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../../kernel/index.js';
import { parseTarget, type RouteChange, type Router } from '../../../routing/index.js';
import type { Transaction } from '../../../store/sql.js';
import type { ActionModule, SessionFunction, SessionLookup, SessionSubject } from '../../action-module.js';
import { interactionOf, preferencesOf } from './request.js';
import { type QueueSettings, readSettings, writeSettings } from './settings.js';

/** Agents whom one interaction excludes. */
const MOST_EXCLUDED = 1000;

type Args = readonly JsonValue[];

/** What the functions of `_genesys.queue` change and answer (ors-core-queue.md 3.8). */
export function queueFunctions(parts: { router: Router }): Required<Pick<ActionModule, 'functions' | 'lookups'>> {
  const { router } = parts;

  /**
   * A function that sets something up for the requests of an interaction, those that wait and those that come. The
   * interaction may be named first; otherwise it is the main one.
   */
  function setting(
    change: (settings: QueueSettings, args: Args, now: number) => QueueSettings,
    waiting?: (settings: QueueSettings, now: number) => RouteChange,
  ): SessionFunction {
    return async (tx, session, args, now) => {
      const { interaction, rest } = await aboutInteraction(tx, session, args);
      const settings = change(await readSettings(tx, session.id, interaction), rest, now);
      await writeSettings(tx, session.id, interaction, settings);
      if (!waiting) return;
      for (const id of await router.requestsOf(tx, session.id, interaction ?? null)) {
        const { order, serviceObjectiveMs } = (await router.request(tx, id))?.preferences ?? {};
        const preferences = { ...preferencesOf(settings, order), ...(serviceObjectiveMs && { serviceObjectiveMs }) };
        await router.update(tx, id, { preferences, ...waiting(settings, now) });
      }
    };
  }

  const functions: Record<string, SessionFunction> = {
    'queue.checkAgentState': setting(
      ({ anyReadiness: _, ...settings }, [check]) => ({ ...settings, ...(isFalse(check) && { anyReadiness: true }) }),
      () => ({}),
    ),
    'queue.excludeAgents': setting(
      ({ excludedAgents: _, ...settings }, args) => {
        const excludedAgents = agentsOf(args);
        return { ...settings, ...(excludedAgents.length > 0 && { excludedAgents }) };
      },
      () => ({}),
    ),
    'queue.priorityTuning': setting((settings, [age, predict, objective]) => ({
      ...settings,
      tuning: { useAge: isTrue(age), usePredict: isTrue(predict), useObjective: isTrue(objective) },
    })),
    'queue.incrementPriority': setting(
      (settings, [by, interval], now) => {
        const intervalMs = numberOf(interval ?? 1, 'interval') * 1000;
        if (intervalMs < 1000) throw new RingbackError('invalidparameter', 'The interval is at least one second.');
        return { ...settings, increment: { by: Math.round(numberOf(by, 'increment')), intervalMs, from: now } };
      },
      ({ increment }) =>
        increment ? { priorityIncrement: increment.by, priorityIncrementIntervalMs: increment.intervalMs } : {},
    ),
    'queue.priorityLimits': setting(
      (settings, [lowest, highest]) => ({
        ...settings,
        lowestPriority: Math.round(numberOf(lowest, 'min')),
        ...(present(highest) && { highestPriority: Math.round(numberOf(highest, 'max')) }),
      }),
      () => ({}),
    ),
    'queue.setInteractionAge': setting(
      (settings, [age], now) => ({ ...settings, waitsSince: now - Math.round(numberOf(age, 'seconds') * 1000) }),
      ({ waitsSince }) => (waitsSince === undefined ? {} : { arrival: Math.max(0, waitsSince) }),
    ),
    'queue.onRouteError': setting((settings, [what]) => ({
      ...settings,
      onRouteError: String(what ?? '').toLowerCase() === 'default' ? 'default' : 'error',
    })),
    'queue.setOptions': setting((settings, args) => withOptions(settings, optionsOf(args))),
    'queue.reserveTarget': async (tx, session, [id, target, time]) => {
      await interactionOf(tx, session, id === undefined || id === null ? undefined : String(id));
      const dn = dnOf(String(target ?? ''));
      const held = await router.hold(tx, session.id, dn, numberOf(time ?? 0, 'time') * 1000);
      if (!held) throw new RingbackError('invalidparameter', `No agent at ${dn} is reserved for this session.`);
    },
  };

  const lookups: Record<string, SessionLookup> = {
    'queue.expandGroup': (_session, [group]) => membersOf(String(group ?? '')).map((id) => `${id}@.A`),
    'queue.countSkillInGroup': (_session, [group, ...skills]) => {
      const members = new Set(membersOf(String(group ?? '')));
      return router.staff.meantBy(parseTarget(`?:${conditionOf(skills)}@.GA`)).filter(({ id }) => members.has(id))
        .length;
    },
  };

  function membersOf(group: string): string[] {
    return router.staff.meantBy(parseTarget(group, { type: 'GA' })).map(({ id }) => id);
  }

  return { functions, lookups };
}

async function aboutInteraction(
  tx: Transaction,
  session: SessionSubject,
  args: Args,
): Promise<{ interaction: string | undefined; rest: Args }> {
  const [first, ...rest] = args;
  const named = typeof first === 'string' || first === 0 ? String(first) : undefined;
  const main = await interactionOf(tx, session);
  if (named === '0' || (named !== undefined && named === main?.id)) return { interaction: main?.id, rest };
  if (named === undefined || !/^[\w-]{16,}$/.test(named)) return { interaction: main?.id, rest: args };
  // What looks like an id may be one of an agent, for the functions that take agents.
  try {
    return { interaction: (await interactionOf(tx, session, named))?.id, rest };
  } catch (error) {
    if (error instanceof RingbackError && error.code === 'unknowncall') return { interaction: main?.id, rest: args };
    throw error;
  }
}

/** Ids of agents, as one by one, in arrays, in comma lists, or as targets (`id@StatServer.A`). */
function agentsOf(args: Args): string[] {
  const names = args.flat().flatMap((entry) => (present(entry) ? String(entry).split(',') : []));
  const agents = new Set(names.map((name) => name.trim().replace(/@[^@]*\.A$/, '')).filter((name) => name !== ''));
  if (agents.size <= MOST_EXCLUDED) return [...agents];
  throw new RingbackError('invalidparameter', `At most ${MOST_EXCLUDED} agents are excluded, not ${agents.size}.`);
}

/** `number@switch.DN` or a bare number. */
function dnOf(target: string): string {
  const dn = target.replace(/@[^@]*$/, '').replace(/\.DN$/i, '');
  if (dn === '') throw new RingbackError('invalidparameter', 'The target names no DN.');
  return dn;
}

/** Skills that all have to be there, or conditions as they stand. */
function conditionOf(skills: Args): string {
  const conditions = skills.filter(present).map((skill) => {
    const text = String(skill).trim();
    return /[=<>&|()]/.test(text) ? `(${text})` : `"${text.replace(/"/g, '')}">0`;
  });
  return conditions.length === 0 ? '1=1' : conditions.join('&');
}

function optionsOf(args: Args): JsonObject {
  const [first] = args;
  // A JSON value that is neither an array nor a scalar is an object of JSON values.
  if (isObject(first)) return first as JsonObject;
  const options: JsonObject = {};
  for (let at = 0; at + 1 < args.length; at += 2) options[String(args[at])] = args[at + 1] ?? null;
  return options;
}

/** `transition_time` (seconds) is how long a selected agent is held; the others are kept. */
function withOptions(settings: QueueSettings, options: JsonObject): QueueSettings {
  const { transition_time: held } = options;
  return {
    ...settings,
    options: { ...settings.options, ...options },
    ...(present(held) && { reservationMs: Math.round(numberOf(held, 'transition_time') * 1000) }),
  };
}

function numberOf(value: JsonValue | undefined, name: string): number {
  const number = present(value) ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw new RingbackError('invalidparameter', `${name} must be a number, not ${JSON.stringify(value)}.`);
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true || value === 1 || String(value ?? '').toLowerCase() === 'true';
}

function isFalse(value: JsonValue | undefined): boolean {
  return present(value) && !isTrue(value);
}

function present(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}
