import { integer, itemsOf, jsonObject, names, type OptionDefinition, text } from './option.js';

/** Section `push`: channels over which devices and users are told. */
export const pushSection = [
  {
    name: 'pushEnabled',
    type: names,
    preset: 'comet',
    effect:
      'Push channels in use: `comet`, `httpcb`, `customhttp`, `orscb`, `fcm` (also as `gcm`, `android`), `ios`, `webpush`. Absent: `comet`; empty: none.',
  },
  {
    name: 'defaultSubscriptionExpiration',
    type: integer({ min: 30, unit: 'seconds' }),
    preset: '30',
    effect: 'Life of a subscription that does not say it.',
  },
  {
    name: 'httpcb-allow',
    type: itemsOf('hosts, networks or address prefixes'),
    effect:
      'Addresses of this machine and of private networks that HTTP callbacks and Web Push may go to, beside those of `fetch-allow` (section `ors`). Absent: this machine, if the server serves this machine alone.',
  },
  { name: 'customhttp.url', type: text, effect: 'Address of the channel `customhttp`.' },
  {
    name: 'localization',
    type: jsonObject,
    effect: 'Titles and texts by language: `{"fr":{"agent-ready":"Un conseiller est disponible"}}`.',
  },
  {
    name: 'fcm.serviceAccount',
    type: jsonObject,
    effect: 'Service account of Firebase Cloud Messaging (HTTP v1): the JSON file that Google issues.',
    secret: true,
  },
  { name: 'debug.fcm.serviceAccount', type: jsonObject, effect: 'The same for development.', secret: true },
  {
    name: 'fcm.url',
    type: text,
    absent: 'https://fcm.googleapis.com',
    effect: 'Address of Firebase Cloud Messaging.',
  },
  {
    name: 'fcm.apiKey',
    type: text,
    effect:
      'Key of the former interface of Firebase Cloud Messaging, which Google has ended: use `fcm.serviceAccount`.',
    secret: true,
    actor: 'nobody',
  },
  { name: 'debug.fcm.apiKey', type: text, effect: 'The same for development.', secret: true, actor: 'nobody' },
  { name: 'fcm.title', type: text, effect: 'Title of messages, or its key in `localization`.' },
  { name: 'fcm.body', type: text, effect: 'Text of messages, or its key in `localization`.' },
  { name: 'ios.key', type: text, effect: 'Signing key of the Apple Push Notification service (.p8).', secret: true },
  { name: 'ios.keyId', type: text, effect: 'Its id.' },
  { name: 'ios.teamId', type: text, effect: 'Team to which it belongs.' },
  {
    name: 'ios.certificate',
    type: text,
    effect: 'Certificate (PEM), for applications that have no signing key.',
  },
  { name: 'ios.certificateKey', type: text, effect: 'Its private key (PEM).', secret: true },
  { name: 'ios.topic', type: text, effect: 'Bundle id of the application.' },
  {
    name: 'ios.url',
    type: text,
    absent: 'https://api.push.apple.com',
    effect: 'Address of the Apple Push Notification service.',
  },
  {
    name: 'debug.ios.url',
    type: text,
    absent: 'https://api.sandbox.push.apple.com',
    effect: 'The same for devices with the property `debug`.',
  },
  { name: 'ios.title', type: text, effect: 'Title of messages, or its key in `localization`.' },
  { name: 'ios.body', type: text, effect: 'Text of messages, or its key in `localization`.' },
  { name: 'webpush.publicKey', type: text, effect: 'Public key of the server towards Web Push services (VAPID).' },
  { name: 'webpush.privateKey', type: text, effect: 'Its private key.', secret: true },
  {
    name: 'webpush.subject',
    type: text,
    effect: 'Whom a Web Push service may write to: a `mailto:` or `https:` address.',
  },
  { name: 'webpush.title', type: text, effect: 'Title of messages, or its key in `localization`.' },
  { name: 'webpush.body', type: text, effect: 'Text of messages, or its key in `localization`.' },
] as const satisfies readonly OptionDefinition[];
