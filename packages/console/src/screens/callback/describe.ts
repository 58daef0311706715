import type { JournalEvent } from '../../api/journal.js';
import { type Members, text } from '../../api/json.js';
import { reasonText } from '../../callbacks/state.js';

/** How a step looks: an ordinary one, one of the application's, a call leg's, a routing decision, good or bad ends. */
export type Kind = 'step' | 'application' | 'call' | 'route' | 'good' | 'bad';

export interface Description {
  kind: Kind;
  /** One sentence without a full stop. */
  title: string;
  /** Members of the event's data that the title, or what stands below it, already tells. */
  told: readonly string[];
}

/** What every event about a callback repeats; the page tells it once. */
const SUBJECT = ['service', 'number'];

/** Says in words what an event of the journal means. Types that are not known are shown by their name. */
export function describe(event: JournalEvent): Description {
  const { data } = event;
  switch (event.type) {
    case 'callback.accepted': {
      const title = data.immediate === true ? 'Accepted, to be called at once' : 'Accepted';
      const told = data.immediate === true ? ['desiredTime'] : [];
      return { kind: 'step', title, told: [...SUBJECT, ...told, 'immediate'] };
    }
    case 'callback.rejected':
      return { kind: 'bad', title: `Rejected${colon(data, 'reason')}`, told: [...SUBJECT, 'reason'] };
    case 'callback.state': {
      const cause = text(data, 'cause')?.replaceAll('-', ' ');
      const title = `${text(data, 'state') ?? 'State changed'}${cause === undefined ? '' : `: ${cause}`}`;
      return { kind: 'step', title, told: [...SUBJECT, 'state', 'from', 'cause'] };
    }
    case 'callback.attempt':
      return {
        kind: 'step',
        title: `Attempt ${text(data, 'attempt') ?? ''}${colon(data, 'result')}`,
        told: [...SUBJECT, 'attempt', 'result'],
      };
    case 'callback.completed':
      return {
        kind: text(data, 'reason') === 'AGENT_CONNECTED' ? 'good' : 'bad',
        title: `Completed${colon(data, 'reason', reasonText)}`,
        told: [...SUBJECT, 'state', 'reason'],
      };
    case 'route.decision':
      return {
        kind: 'route',
        title: event.agent === undefined ? 'No agent in time' : `Agent ${event.agent} selected`,
        told: ['why', 'request', 'outcome'],
      };
    case 'agent.state':
      return {
        kind: 'step',
        title: `Agent ${event.agent ?? ''} is ${text(data, 'state')?.replaceAll('-', ' ') ?? ''}`,
        told: ['state', 'previous', 'request', 'leg'],
      };
    case 'session.started':
      return { kind: 'application', title: `Application started${colon(data, 'flow')}`, told: ['flow'] };
    case 'session.state':
      return describeMacrostep(data);
    case 'session.ended':
      return {
        kind: 'application',
        title: `Application ended${colon(data, 'reason')}`,
        told: ['flow', 'state', 'reason'],
      };
    default:
      return event.type.startsWith('call.') ? describeCall(event) : { kind: 'step', title: event.type, told: [] };
  }
}

/** One step of the application: the event that it consumed, and the states that it entered. */
function describeMacrostep(data: Members): Description {
  const event = text(data, 'event');
  const entered = Array.isArray(data.entered) ? data.entered.map(String) : [];
  const cause = event === undefined ? 'Application begins' : `Application: ${event}`;
  const title = entered.length === 0 ? cause : `${cause} → ${entered.join(', ')}`;
  return { kind: 'application', title, told: ['event', 'entered', 'exited', 'configuration', 'log'] };
}

const CALL_TITLE: Readonly<Record<string, (party: string) => string>> = {
  'call.dialing': (party) => `Dialing ${party}`,
  'call.ringing': (party) => `${capital(party)} rings`,
  'call.answered': (party) => `${capital(party)} answered`,
  'call.joined': (party) => `${capital(party)} joined the conversation`,
  'call.ended': (party) => `${capital(party)} is off the line`,
};

function describeCall(event: JournalEvent): Description {
  const { data } = event;
  const role = text(data, 'role');
  const agent = `agent ${event.agent ?? ''}`.trim();
  const whom = role === 'agent' ? agent : role === 'inbound' ? 'the caller' : 'the customer';
  const title = CALL_TITLE[event.type]?.(whom) ?? event.type;
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

/** `: value` when the member is there. */
function colon(data: Members, key: string, word: (value: string) => string = (value) => value): string {
  const value = text(data, key);
  return value === undefined ? '' : `: ${word(value)}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
