import { Text } from '@mantine/core';
import type { PhoneState } from '../../../desktop/phone-state.js';
import { useSoftphoneTexts } from './use-softphone-texts.js';

/** What the agent's telephone does, whichever it is; nothing where nothing is known of it. */
export function PhoneNote({ phone }: { phone: PhoneState | undefined }) {
  const say = useSoftphoneTexts();
  if (phone === undefined) return null;
  return (
    <Text size="sm" {...(phone === 'offline' ? { c: 'red', role: 'alert' } : { c: 'dimmed' })}>
      {say(`phone-${phone}`)}
    </Text>
  );
}
