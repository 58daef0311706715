import type { JournalEvent } from '../../api/journal.js';
import { type Members, text } from '../../api/json.js';
import { reasonText } from '../../callbacks/state.js';

/** How a step looks: an ordinary one, one of the application's, a call leg's, a routing decision, and good or bad ends. */
export type Kind = 'step' | 'application' | 'call' | 'route' | 'good' | 'bad';

export interface Description {
  kind: Kind;
  /** One sentence without a full stop. */
  title: string;
  /** Members of the event's data that the title, or what stands below it, already tells. */
  told: readonly string[];
}

/** Says in words what an event of the journal means. Types that are not known are shown by their name. */
export function describe(event: JournalEvent): Description {
  const { data } = event;
  switch (event.type) {
    case 'callback.accepted':
      return step('Accepted');
    case 'callback.rejected':
      return { kind: 'bad', title: `Rejected${colon(data, 'reason')}`, told: ['reason'] };
    case 'callback.state':
      return step(`State ${text(data, 'state') ?? 'changed'}${colon(data, 'reason', reasonText)}`, ['state', 'reason']);
    case 'callback.attempt':
      return step(`Attempt ${text(data, 'number') ?? ''}${colon(data, 'result')}`, ['number', 'result']);
    case 'callback.completed':
      return {
        kind: text(data, 'reason') === 'AGENT_CONNECTED' ? 'good' : 'bad',
        title: `Completed${colon(data, 'reason', reasonText)}`,
        told: ['reason'],
      };
    case 'route.decision':
      return {
        kind: 'route',
        title: event.agent === undefined ? 'No agent in time' : `Agent ${event.agent} selected`,
        told: ['why'],
      };
    case 'agent.state':
      return step(`Agent ${event.agent ?? ''} is ${text(data, 'state') ?? ''}`, ['state']);
    case 'session.started':
      return step(`Application started${colon(data, 'flow')}`, ['flow']);
    case 'session.state':
      return describeMacrostep(data);
    case 'session.ended':
      return step(`Application ended${colon(data, 'reason')}`, ['reason']);
    default:
      return event.type.startsWith('call.') ? describeCall(event) : step(event.type);
  }
}

/** One step of the application: the event that it consumed, and the states that it entered. */
function describeMacrostep(data: Members): Description {
  const event = text(data, 'event');
  const entered = Array.isArray(data.entered) ? data.entered.map(String) : [];
  const cause = event === undefined ? 'Application begins' : `Application: ${event}`;
  const title = entered.length === 0 ? cause : `${cause} → ${entered.join(', ')}`;
  return { kind: 'application', title, told: ['event', 'entered', 'exited', 'configuration'] };
}

const CALL_TITLE: Readonly<Record<string, (party: string) => string>> = {
  'call.dialing': (party) => `Dialing ${party}`,
  'call.ringing': (party) => `${capital(party)} rings`,
  'call.answered': (party) => `${capital(party)} answered`,
  'call.joined': (party) => `${capital(party)} joined the conversation`,
  'call.ended': (party) => `Call leg of ${party} ended`,
};

function describeCall(event: JournalEvent): Description {
  const { data } = event;
  const role = text(data, 'role');
  const whom =
    role === 'agent' ? `agent ${event.agent ?? ''}`.trim() : role === 'inbound' ? 'the caller' : 'the customer';
  const party = [whom, text(data, 'number')].filter((part) => part !== undefined).join(' ');
  const title = CALL_TITLE[event.type]?.(party) ?? event.type;
  return { kind: 'call', title: `${title}${colon(data, 'cause')}`, told: ['role', 'number', 'cause', 'leg'] };
}

function step(title: string, told: readonly string[] = []): Description {
  return { kind: 'step', title, told };
}

/** `: value` when the member is there. */
function colon(data: Members, key: string, word: (value: string) => string = (value) => value): string {
  const value = text(data, key);
  return value === undefined ? '' : `: ${word(value)}`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
