import { isObject } from '../../kernel/index.js';

/** A channel as ARI shows it: what the driver reads of it. */
export interface AriChannel {
  id: string;
  /** `Down`, `Ring`, `Ringing`, `Up` and others. */
  state: string;
  callerNumber: string;
  /** The dialplan application that runs it, and what that was given: `Stasis`, `ringback,inbound,8999`. */
  application: string;
  applicationData: string;
  extension: string;
  /** Milliseconds since 1970, by the server's clock. */
  createdAt: number;
}

/** What happens on a server, as far as the driver follows it. */
export type AriEvent =
  | { type: 'StasisStart'; channel: AriChannel; args: readonly string[] }
  | { type: 'StasisEnd' | 'ChannelStateChange' | 'ChannelHangupRequest'; channel: AriChannel }
  | { type: 'ChannelDestroyed'; channel: AriChannel; cause: number }
  | { type: 'ChannelEnteredBridge' | 'ChannelLeftBridge'; channel: AriChannel; bridge: string; empty: boolean }
  | { type: 'ChannelDtmfReceived'; channel: AriChannel; digit: string }
  | { type: 'PlaybackFinished'; playback: string; failed: boolean; address: string }
  | { type: 'RecordingFinished' | 'RecordingFailed'; recording: string; seconds: number }
  | { type: 'DeviceStateChanged'; device: string; state: string }
  | { type: 'ApplicationReplaced' };

/** Kinds of events that nobody here listens to; servers that can (16.3 and later) are told not to send them. */
export const UNHEARD = [
  'ChannelVarset',
  'ChannelDialplan',
  'ChannelConnectedLine',
  'ChannelCallerId',
  'ChannelCreated',
  'ChannelHold',
  'ChannelUnhold',
  'Dial',
  'BridgeCreated',
  'BridgeDestroyed',
  'BridgeMerged',
  'BridgeVideoSourceChanged',
  'PlaybackStarted',
  'PlaybackContinuing',
  'RecordingStarted',
] as const;

/** @returns undefined for events of other kinds and what is no event */
export function parseEvent(message: Readonly<Record<string, unknown>>): AriEvent | undefined {
  switch (message.type) {
    case 'StasisStart':
      return onChannel(message, (channel) => {
        const args = Array.isArray(message.args) ? message.args.map(String) : [];
        return { type: 'StasisStart', channel, args };
      });
    case 'StasisEnd':
    case 'ChannelStateChange':
    case 'ChannelHangupRequest': {
      const { type } = message;
      return onChannel(message, (channel) => ({ type, channel }));
    }
    case 'ChannelDestroyed':
      return onChannel(message, (channel) => ({ type: 'ChannelDestroyed', channel, cause: numberIn(message.cause) }));
    case 'ChannelEnteredBridge':
    case 'ChannelLeftBridge': {
      const { type } = message;
      const bridge = objectIn(message.bridge);
      const empty = Array.isArray(bridge.channels) && bridge.channels.length === 0;
      return onChannel(message, (channel) => ({ type, channel, bridge: textIn(bridge.id), empty }));
    }
    case 'ChannelDtmfReceived':
      return onChannel(message, (channel) => ({ type: 'ChannelDtmfReceived', channel, digit: textIn(message.digit) }));
    case 'PlaybackFinished': {
      const { id, state, media_uri } = objectIn(message.playback);
      return { type: 'PlaybackFinished', playback: textIn(id), failed: state === 'failed', address: textIn(media_uri) };
    }
    case 'RecordingFinished':
    case 'RecordingFailed': {
      const { name, duration } = objectIn(message.recording);
      return { type: message.type, recording: textIn(name), seconds: numberIn(duration) };
    }
    case 'DeviceStateChanged': {
      const { name, state } = objectIn(message.device_state);
      return { type: 'DeviceStateChanged', device: textIn(name), state: textIn(state) };
    }
    case 'ApplicationReplaced':
      return { type: 'ApplicationReplaced' };
    default:
      return undefined;
  }
}

function onChannel(message: Readonly<Record<string, unknown>>, event: (channel: AriChannel) => AriEvent) {
  const channel = parseChannel(message.channel);
  return channel && event(channel);
}

/** @returns undefined for what is no channel */
export function parseChannel(value: unknown): AriChannel | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const dialplan = objectIn(value.dialplan);
  // Asterisk writes the zone as +0000, which not every reader of ISO 8601 takes.
  const createdAt = Date.parse(textIn(value.creationtime).replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return {
    id: value.id,
    state: textIn(value.state),
    callerNumber: textIn(objectIn(value.caller).number),
    application: textIn(dialplan.app_name),
    applicationData: textIn(dialplan.app_data),
    extension: textIn(dialplan.exten),
    createdAt: Number.isNaN(createdAt) ? 0 : createdAt,
  };
}

export function objectIn(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberIn(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
