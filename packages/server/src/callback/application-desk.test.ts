import { expect, test } from 'vitest';
import { Activity, type JsonObject, ManualClock } from '../kernel/index.js';
import type { Transaction } from '../store/index.js';
import { ApplicationDesk } from './application-desk.js';
import type { DeviceMessage } from './push.js';

/** What a callback's application pushes, as the notification channels get it. */
async function pushed(options: Record<string, string>, properties: JsonObject): Promise<DeviceMessage | string> {
  let sent: DeviceMessage | undefined;
  // The desk needs no more of its parts than this for a push.
  const parts = {
    clock: new ManualClock(0, new Activity()),
    services: { find: () => ({ options }) },
    transitions: { lock: async () => ({ id: 'c1', service: 'Line', properties }) },
    push: async (_tx: Transaction, message: DeviceMessage) => {
      sent = message;
      return undefined;
    },
  } as unknown as ConstructorParameters<typeof ApplicationDesk>[0];
  const outcome = await new ApplicationDesk(parts).push({} as Transaction, 'c1', {
    action: 'connect',
    data: { _text: 'x' },
  });
  return sent ?? ('error' in outcome ? outcome.error : 'nothing');
}

const device = { _device_notification_id: 'token', _device_os: 'FCM' };

test('a push goes to the device of the request, by the provider of the service', async () => {
  const options = {
    _provider_name: 'acme',
    _use_debug_push_certificate: 'true',
    _max_notify_delivery_attempts: '5',
    _status_notification_language: 'fr',
  };
  expect(await pushed(options, device)).toEqual({
    ...{ device: 'token', type: 'fcm', provider: 'acme', debug: true, language: 'fr', attempts: 5 },
    tag: 'service.Line.connect',
    message: { _id: 'c1', _action: 'connect', _text: 'x' },
  });
});

test('what the service leaves open has its usual value, and the channel of CometD is the usual one', async () => {
  expect(await pushed({}, { _device_notification_id: 'me' })).toMatchObject({
    ...{ type: 'comet', provider: '', debug: false, language: '', attempts: 3 },
  });
});

test('a request without a device cannot be pushed to', async () => {
  expect(await pushed({}, {})).toBe('no-device');
});
