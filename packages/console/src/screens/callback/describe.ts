import type { JournalEvent } from '../../api/journal.js';
import { type Members, text } from '../../api/json.js';
import type { Say } from '../../i18n/use-texts.js';
import type { en } from './steps.texts.js';

/** How a step looks: an ordinary one, one of the application's, a call leg's, a routing decision, good or bad ends. */
export type Kind = 'step' | 'application' | 'call' | 'route' | 'good' | 'bad';

export interface Description {
  kind: Kind;
  /** One sentence without a full stop. */
  title: string;
  /** Members of the event's data that the title, or what stands below it, already tells. */
  told: readonly string[];
}

/** The words of the language that is shown: of steps, and of a callback's reasons. */
export interface Words {
  say: Say<typeof en>;
  reason: (reason: string) => string;
}

/** What moves a callback from one state to the next, as the journal names it. */
const CAUSES = [
  'reschedule',
  'cancel',
  'cancel-by-admin',
  'submit',
  'submit-failed',
  'give-up',
  'pause',
  'resume',
  'expire',
  'dialing',
  'facts',
  'dial-result',
  'requeued',
  'customer-answered',
  'agent-connected',
  'complete',
  'session-done',
  'session-failed',
  'session-terminated',
] as const;

function isCause(cause: string): cause is (typeof CAUSES)[number] {
  return CAUSES.some((known) => known === cause);
}

/** What every event about a callback repeats; the page tells it once. */
const SUBJECT = ['service', 'number'];

/** Says in words what an event of the journal means. Types that are not known are shown by their name. */
export function describe(event: JournalEvent, { say, reason }: Words): Description {
  const { data } = event;
  switch (event.type) {
    case 'callback.accepted': {
      const title = say(data.immediate === true ? 'acceptedAtOnce' : 'accepted');
      const told = data.immediate === true ? ['desiredTime'] : [];
      return { kind: 'step', title, told: [...SUBJECT, ...told, 'immediate'] };
    }
    case 'callback.rejected':
      return { kind: 'bad', title: `${say('rejected')}${colon(data, 'reason')}`, told: [...SUBJECT, 'reason'] };
    case 'callback.state': {
      const cause = text(data, 'cause');
      const told = cause === undefined ? '' : `: ${isCause(cause) ? say(`cause-${cause}`) : cause}`;
      const title = `${text(data, 'state') ?? say('stateChanged')}${told}`;
      return { kind: 'step', title, told: [...SUBJECT, 'state', 'from', 'cause'] };
    }
    case 'callback.attempt':
      return {
        kind: 'step',
        title: `${say('attempt', { number: text(data, 'attempt') ?? '' })}${colon(data, 'result')}`,
        told: [...SUBJECT, 'attempt', 'result'],
      };
    case 'callback.completed':
      return {
        kind: text(data, 'reason') === 'AGENT_CONNECTED' ? 'good' : 'bad',
        title: `${say('completed')}${colon(data, 'reason', reason)}`,
        told: [...SUBJECT, 'state', 'reason'],
      };
    case 'route.decision':
      return {
        kind: 'route',
        title: event.agent === undefined ? say('noAgent') : say('agentSelected', { agent: event.agent }),
        told: ['why', 'request', 'outcome'],
      };
    case 'agent.state':
      return {
        kind: 'step',
        title: say('agentIs', {
          agent: event.agent ?? '',
          state: text(data, 'state')?.replaceAll('-', ' ') ?? '',
        }),
        told: ['state', 'previous', 'request', 'leg'],
      };
    case 'session.started':
      return { kind: 'application', title: `${say('applicationStarted')}${colon(data, 'flow')}`, told: ['flow'] };
    case 'session.state':
      return describeMacrostep(data, say);
    case 'session.ended':
      return {
        kind: 'application',
        title: `${say('applicationEnded')}${colon(data, 'reason')}`,
        told: ['flow', 'state', 'reason'],
      };
    default:
      return event.type.startsWith('call.') ? describeCall(event, say) : { kind: 'step', title: event.type, told: [] };
  }
}

/** One step of the application: the event that it consumed, and the states that it entered. */
function describeMacrostep(data: Members, say: Words['say']): Description {
  const event = text(data, 'event');
  const entered = Array.isArray(data.entered) ? data.entered.map(String) : [];
  const cause = event === undefined ? say('applicationBegins') : say('application', { event });
  const title = entered.length === 0 ? cause : `${cause} → ${entered.join(', ')}`;
  return { kind: 'application', title, told: ['event', 'entered', 'exited', 'configuration', 'log'] };
}

const CALL_TITLE = {
  'call.dialing': 'dialing',
  'call.ringing': 'ringing',
  'call.answered': 'answered',
  'call.joined': 'joined',
  'call.ended': 'ended',
} as const;

function describeCall(event: JournalEvent, say: Words['say']): Description {
  const { data } = event;
  const role = text(data, 'role');
  const agent = say('agent', { agent: event.agent ?? '' }).trim();
  const whom = role === 'agent' ? agent : say(role === 'inbound' ? 'caller' : 'customer');
  const title = isTitled(event.type) ? callTitle(event.type, whom, say) : event.type;
  // The number called matters when the dialing begins; after that it stays the same.
  const told = [
    'role',
    'cause',
    'leg',
    'bridge',
    'answered',
    ...(event.type === 'call.dialing' ? [] : ['number', 'from', 'attempt']),
  ];
  return { kind: 'call', title: `${title}${colon(data, 'cause')}`, told };
}

function isTitled(type: string): type is keyof typeof CALL_TITLE {
  return Object.hasOwn(CALL_TITLE, type);
}

function callTitle(type: keyof typeof CALL_TITLE, party: string, say: Words['say']): string {
  return say(CALL_TITLE[type], { party: type === 'call.dialing' ? party : capital(party) });
}

/** `: value` when the member is there. */
function colon(data: Members, key: string, word: (value: string) => string = (value) => value): string {
  const value = text(data, key);
  return value === undefined ? '' : `: ${word(value)}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
