import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queuePosition } from '../../api/callbacks.js';
import { formatDuration } from '../../time/format.js';
import { useLiveTexts } from './use-live-texts.js';

/** Positions also move when others leave the queue, of which no event tells this callback. */
const REFRESH_MS = 10_000;

/** Where a waiting callback stands in its queue, and how long it will still take by the server's estimate. */
export function QueuePlace({ id }: { id: string }) {
  const say = useLiveTexts();
  const place = useQuery({
    queryKey: ['position', id],
    queryFn: ({ signal }) => queuePosition(id, signal),
    refetchInterval: REFRESH_MS,
    staleTime: 0,
    // A callback leaves its queue between two looks; that is no error to insist on.
    retry: false,
  });
  const { position, waiting, etaSeconds } = place.data ?? {};
  if (place.isError || position === undefined)
    return (
      <Text component="span" c="dimmed">
        –
      </Text>
    );
  const eta =
    etaSeconds === undefined ? say('noEstimate') : say('toGo', { duration: formatDuration(etaSeconds * 1000) });
  return (
    <span className="tabular" title={eta}>
      {waiting === undefined ? position : say('place', { position, waiting })}
    </span>
  );
}
