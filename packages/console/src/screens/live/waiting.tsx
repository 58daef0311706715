import { Text } from '@mantine/core';
import { formatDuration } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { dueAt, type LiveCallback } from './scope.js';
import { useLiveTexts } from './use-live-texts.js';

/** How long an open callback has been waiting, a conversation lasts or a scheduled one still has; when it ended. */
export function Waiting({ callback }: { callback: LiveCallback }) {
  const say = useLiveTexts();
  const now = useNow();
  const due = dueAt(callback) ?? now;
  if (callback.state === 'COMPLETED') {
    return (
      <Text component="span" inherit c="dimmed">
        {say('ago', { duration: formatDuration(now - callback.activeAt) })}
      </Text>
    );
  }
  if (callback.state === 'PROCESSING')
    return say('talking', { duration: formatDuration(now - (callback.changedAt ?? due)) });
  if (due > now) return say('in', { duration: formatDuration(due - now) });
  return formatDuration(now - due);
}
