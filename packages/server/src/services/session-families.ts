type OptionMap = Readonly<Record<string, string>>;

/** A service that runs a shipped application with options of its own. */
export interface SessionFamily {
  /** Name of the flow. */
  flow: string;
  /** As if they were configured; what is configured wins. */
  options: OptionMap;
}

const FLOW = 'request-voice';
const immediate = { _media_type: 'voice', _wait_for_agent: 'false', _wait_for_user_confirm: 'false' };
const delay = { _media_type: 'voice', _wait_for_agent: 'true', _wait_for_user_confirm: 'true' };
const inbound = { _call_direction: 'USERORIGINATED' };
const outbound = { _call_direction: 'USERTERMINATED' };
/** The client asks for the state instead of being told. */
const polled = { _poll: 'true' };

const FAMILIES: Readonly<Record<string, OptionMap>> = {
  'request-inbound-immediate': { ...inbound, ...immediate },
  'request-inbound-delay': { ...inbound, ...delay },
  'request-inbound-delay-location': { ...inbound, ...delay },
  'request-inbound-poll': { ...inbound, ...delay, ...polled },
  'request-outbound-immediate': { ...outbound, ...immediate },
  'request-outbound-delay': { ...outbound, ...delay },
  'request-outbound-poll': { ...outbound, ...delay, ...polled },
  'a2c-advanced-sync-enterprise-initiated': { ...outbound, ...immediate },
  'a2c-advanced-async-enterprise-initiated': { ...outbound, ...delay },
  'a2c-advanced-poll-enterprise-initiated': { ...outbound, ...delay, ...polled },
};

/**
 * The services of the original that are one application with different options (gms-services.md 3.6); what they are called
 * in `_service`.
 */
export function sessionFamily(service: string): SessionFamily | undefined {
  const options = Object.hasOwn(FAMILIES, service) ? FAMILIES[service] : undefined;
  return options && { flow: FLOW, options };
}
