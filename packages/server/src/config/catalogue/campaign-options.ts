import { flag, integer, type OptionDefinition, seconds, shaped, text } from './option.js';

const address = shaped(/^https?:\/\/\S+$/, 'an address such as https://host:port/path');

/**
 * Campaigns, and what is reported of them over HTTP (original's Outbound Contact deployment guide). Each may be an option of
 * a campaign group, of a campaign, or of section `OCServer`: the first that says something wins.
 */
export const campaignOptions = [
  {
    name: 'campaigngroup-auto-complete',
    type: flag,
    absent: 'false',
    effect:
      'Campaign groups stop and unload when their lists have nothing more to dial, unless a request says otherwise.',
  },
  {
    name: 'default_general_priority',
    type: integer({ min: 0 }),
    absent: '1',
    effect: 'Priority of general records; the higher one is dialed first.',
  },
  {
    name: 'default_campaignrescheduled_priority',
    type: integer({ min: 0 }),
    absent: '2',
    effect: 'The same of rescheduled records.',
  },
  {
    name: 'default_campaigncallback_priority',
    type: integer({ min: 0 }),
    absent: '3',
    effect: 'The same of campaign callbacks.',
  },
  {
    name: 'send-campaigngroup-states',
    type: flag,
    absent: 'false',
    effect: 'Report over HTTP when a campaign group is loaded, started, stopped or unloaded or gets another mode.',
  },
  { name: 'campaigngroup-states-uri', type: address, effect: 'Where to.' },
  {
    name: 'campaigngroup-states-interval',
    type: seconds,
    absent: '10',
    effect: 'How often the state of a loaded campaign group is reported besides.',
  },
  {
    name: 'send-history',
    type: flag,
    absent: 'false',
    effect: 'Report every attempt over HTTP, when it is dialed and when it is finalised.',
  },
  { name: 'history-uri', type: address, effect: 'Where to.' },
  {
    name: 'history-wait-condition-threshold',
    type: integer({ min: 1 }),
    absent: '10',
    effect: 'So many failures in a row, and reports wait.',
  },
  { name: 'history-wait-recovery-timeout', type: seconds, absent: '60', effect: 'How long they wait then.' },
  {
    name: 'contact-processed-notification',
    type: flag,
    absent: 'false',
    effect: 'Report over HTTP every chain that has been processed.',
  },
  { name: 'contact-processed-notification-uri', type: address, effect: 'Where to.' },
  {
    name: 'http-custom-headers',
    type: text,
    effect: 'Headers of the answers of the HTTP API: `Name: value`, in lines of their own or separated by ` | `.',
  },
] as const satisfies readonly OptionDefinition[];
