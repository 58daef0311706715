import { Text } from '@mantine/core';
import { formatDuration } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { dueAt, type LiveCallback } from './scope.js';

/** How long an open callback has been waiting, a conversation lasts or a scheduled one still has; when it ended. */
export function Waiting({ callback }: { callback: LiveCallback }) {
  const now = useNow();
  const due = dueAt(callback) ?? now;
  if (callback.state === 'COMPLETED') {
    return (
      <Text component="span" inherit c="dimmed">
        {formatDuration(now - callback.activeAt)} ago
      </Text>
    );
  }
  if (callback.state === 'PROCESSING') return <>talking {formatDuration(now - (callback.changedAt ?? due))}</>;
  if (due > now) return <>in {formatDuration(due - now)}</>;
  return <>{formatDuration(now - due)}</>;
}
