import { flag, integer, type OptionDefinition, oneOf, seconds, text } from './option.js';

/**
 * How campaign groups dial (original's Outbound Contact deployment guide; names with a hyphen that it does not have are
 * ours). Each may be an option of a campaign group, of a campaign, of the application `ocs`, or of section `OCServer`: the
 * first that says something wins.
 */
export const dialingOptions = [
  {
    name: 'record_count_request_factor',
    type: text,
    absent: '1',
    effect: 'Records that are asked for at a time, as a multiple of what the buffer lacks.',
  },
  { name: 'progressive-multiplier', type: text, absent: '1', effect: 'Progressive modes: calls per ready agent.' },
  {
    name: 'history_length',
    type: integer({ min: 0 }),
    absent: '50',
    effect: 'Predictive modes: so many calls are dialed progressively before a group is predictive.',
  },
  {
    name: 'predictive_max_overdial_rate',
    type: text,
    absent: '3',
    effect:
      'Predictive modes: percent of the answered calls that may find no agent, whatever the goal; never exceeded. A jurisdiction that allows less goes before it.',
  },
  {
    name: 'jurisdiction',
    type: text,
    effect:
      'Rule packs that every dial has to keep, such as `us` or `uk` (docs/outbound.md); without one none is kept.',
  },
  { name: 'dialing_rate_limit', type: integer({ min: 0 }), absent: '0', effect: 'Most dials per second; 0: no limit.' },
  {
    name: 'predictive_callback',
    type: flag,
    absent: 'true',
    effect: "Campaign callbacks are dialed by the server in its dialing modes; `false` gives them to agents' desktops.",
  },
  {
    name: 'agent-assignment',
    type: flag,
    absent: 'false',
    effect:
      'Agents who belong to several running campaign groups with this option work for one of them at a time; without it each group counts on all of its agents.',
  },
  {
    name: 'agent-assignment-priority',
    type: integer({}),
    absent: '1',
    effect: 'The group with the higher number gets agents first.',
  },
  {
    name: 'agent-assignment-min-num',
    type: integer({ min: -1 }),
    absent: '0',
    effect: 'With fewer agents the group is understaffed and gets agents before others; 0: always, -1: never.',
  },
  {
    name: 'agent-assignment-max-num',
    type: integer({ min: 0 }),
    absent: '0',
    effect: 'Most agents that are assigned to the group; 0: no limit.',
  },
  {
    name: 'agent-reassignment-if-waiting-ports',
    type: flag,
    absent: 'false',
    effect: 'Agents of a group that waits for channels may be assigned to another one.',
  },
  {
    name: 'agent-reassignment-if-waiting-ports-timeout',
    type: seconds,
    absent: '30',
    effect: 'Once it has waited for so long.',
  },
  {
    name: 'agent-reassignment-if-waiting-records',
    type: flag,
    absent: 'false',
    effect: 'Agents of a group that has no records to dial may be assigned to another one.',
  },
  {
    name: 'agent-reassignment-if-waiting-records-timeout',
    type: seconds,
    absent: '30',
    effect: 'Once it has waited for so long.',
  },
  { name: 'CPNDigits', type: text, effect: "Caller number shown; without it the group's `origDN` or `trunkGroupDN`." },
  { name: 'CPNDisplayName', type: text, effect: 'Caller name shown.' },
  {
    name: 'call_wait_connected_timeout',
    type: seconds,
    absent: '30',
    effect: 'A dial that rings so long is given up; at least 15.',
  },
  {
    name: 'call_wait_in_queue_timeout',
    type: seconds,
    absent: '2',
    effect: 'Who has answered and finds no agent for so long is dropped (call result 26).',
  },
  {
    name: 'call_wait_agent_connected_timeout',
    type: seconds,
    absent: '20',
    effect: "How long an agent's phone rings for a campaign call.",
  },
  {
    name: 'call_answer_type_recognition',
    type: oneOf(
      'no_progress_detect',
      'no_am_detect',
      'positive_am_detect',
      'full_positive_am_detect',
      'accurate_am_detect',
      'telephony_preset',
    ),
    absent: 'telephony_preset',
    effect: 'The first two connect whoever answers; the others ask the switch to tell persons from machines.',
  },
  {
    name: 'outbound-priority',
    type: integer({}),
    absent: '0',
    effect:
      'Priority of answered campaign calls in the line of the router, where callbacks and inbound calls stand too.',
  },
  {
    name: 'preview-timeout',
    type: seconds,
    absent: '60',
    effect:
      'A pushed record, or a callback, that its agent does not take for so long is taken back; the agent is not ready then.',
  },
  {
    name: 'callback-timeout',
    type: seconds,
    absent: '600',
    effect: 'A callback that no agent could take for so long is missed (call result 47 or 48).',
  },
  {
    name: 'desktop-chains-limit',
    type: integer({ min: 0 }),
    absent: '0',
    effect: 'Most chains on one desktop; 0: no limit.',
  },
  {
    name: 'agent_preview_mode_start',
    type: flag,
    absent: 'false',
    effect: 'Agents get records only after PreviewDialingModeStart.',
  },
  {
    name: 'agent_logout_preview_call_result',
    type: integer({ min: -1, max: 53 }),
    absent: '-1',
    effect: 'Call result of records without one that an agent leaves at log-out; -1 leaves them as they were.',
  },
  {
    name: 'cancel-on-desktop',
    type: flag,
    absent: 'false',
    effect: 'Records that are cancelled by number or customer are taken from desktops too (RecordCancel).',
  },
  {
    name: 'pre-dial-validation',
    type: flag,
    effect: 'Before each dial `validation-uri` is asked: 200 dials, 409 does not. Absent: as soon as that is set.',
  },
  { name: 'validation-uri', type: text, effect: 'Where to ask; the record is posted as JSON.' },
  {
    name: 'validation-timeout-call-result',
    type: integer({ min: 0, max: 53 }),
    absent: '3',
    effect: 'Call result of a record for which the validation has given no answer.',
  },
  { name: 'http-response-timeout', type: seconds, absent: '5', effect: 'How long the answer is waited for.' },
] as const satisfies readonly OptionDefinition[];
