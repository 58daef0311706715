import { Box, Group, Text } from '@mantine/core';
import type { StreamState } from '../feed/event-stream.js';
import { useLiveFeed } from '../feed/live-feed.js';

const SHOWN: Readonly<Record<StreamState, { label: string; color: string; meaning: string }>> = {
  connecting: { label: 'Connecting', color: 'gray.5', meaning: 'Connecting to the server' },
  live: { label: 'Live', color: 'teal.6', meaning: 'Connected: what you see is up to date' },
  interrupted: {
    label: 'Reconnecting',
    color: 'red.6',
    meaning: 'The connection is lost: what you see may be out of date until it is back',
  },
};

/** Whether the page is in step with the server. Announced to screen readers when it changes. */
export function ConnectionState() {
  const { state } = useLiveFeed();
  const { label, color, meaning } = SHOWN[state];
  return (
    <Group gap={7} wrap="nowrap" role="status" title={meaning}>
      <Box component="span" w={8} h={8} bg={color} style={{ borderRadius: '50%' }} />
      <Text component="span" size="xs" c="dimmed">
        {label}
      </Text>
    </Group>
  );
}
