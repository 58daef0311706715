import { Box, Group, Text } from '@mantine/core';
import type { StreamState } from '../feed/event-stream.js';
import { useLiveFeed } from '../feed/live-feed.js';
import { useShellTexts } from './use-shell-texts.js';

const SHOWN = {
  connecting: { label: 'connecting', color: 'gray.5', meaning: 'connectingMeaning' },
  live: { label: 'connected', color: 'teal.6', meaning: 'connectedMeaning' },
  interrupted: { label: 'interrupted', color: 'red.6', meaning: 'interruptedMeaning' },
} as const satisfies Record<StreamState, object>;

/** Whether the page is in step with the server. Announced to screen readers when it changes. */
export function ConnectionState() {
  const { state } = useLiveFeed();
  const say = useShellTexts();
  const { label, color, meaning } = SHOWN[state];
  return (
    <Group gap={7} wrap="nowrap" role="status" title={say(meaning)}>
      <Box component="span" w={8} h={8} bg={color} style={{ borderRadius: '50%' }} />
      <Text component="span" size="xs" c="dimmed">
        {say(label)}
      </Text>
    </Group>
  );
}
