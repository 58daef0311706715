import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type BulkResult, type CallbackFilter, cancelledReport, everyCallback } from '../../api/callback-search.js';
import { CheckIcon, CrossIcon } from '../../icons.js';
import { Failure } from '../../layout/failure.js';
import { callbackCsv } from './csv.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

/** What can be taken away as a file; a mark says how the last cancellation of many went. */
export function Reports({ filter, result }: { filter: CallbackFilter; result: BulkResult | undefined }) {
  const say = useCallbacksTexts();
  const cancelled = useMutation({
    mutationFn: cancelledReport,
    onSuccess: (file) => save(file, 'CancelledCallbacks.csv'),
  });
  const shown = useMutation({
    mutationFn: () => everyCallback(filter),
    onSuccess: (callbacks) => save(new Blob([callbackCsv(callbacks)], { type: 'text/csv' }), 'Callbacks.csv'),
  });
  const failed = [cancelled, shown].find((mutation) => mutation.isError);
  return (
    <Popover position="bottom-end" withArrow shadow="md" trapFocus>
      <Popover.Target>
        <Button size="xs" variant="default" rightSection={result && <ResultMark result={result} />}>
          {say('reports')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={say('reports')}>
        <Stack gap="sm" miw={340}>
          <Row title={say('exportShown')} loading={shown.isPending} onDownload={() => shown.mutate()} />
          <Row title={say('export')} loading={cancelled.isPending} onDownload={() => cancelled.mutate()} />
          {result === undefined ? (
            <Text size="xs" c="dimmed">
              {say('nothingYet')}
            </Text>
          ) : (
            <Row
              title={say('summary')}
              detail={say('cancelResult', { cancelled: result.cancelled, failed: result.failed })}
              onDownload={() =>
                save(new Blob([result.report], { type: 'text/plain' }), 'CancellationSummaryReport.txt')
              }
            />
          )}
          {failed && <Failure what={say('notDownloaded')} error={failed.error} />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Row({
  title,
  detail,
  loading = false,
  onDownload,
}: {
  title: string;
  detail?: string;
  loading?: boolean;
  onDownload: () => void;
}) {
  const say = useCallbacksTexts();
  return (
    <Group justify="space-between" wrap="nowrap">
      <div>
        <Text size="sm">{title}</Text>
        {detail !== undefined && (
          <Text size="xs" c="dimmed">
            {detail}
          </Text>
        )}
      </div>
      <Button
        size="compact-sm"
        variant="default"
        loading={loading}
        aria-label={`${say('download')}: ${title}`}
        onClick={onDownload}
      >
        {say('download')}
      </Button>
    </Group>
  );
}

function ResultMark({ result }: { result: BulkResult }) {
  const say = useCallbacksTexts();
  const good = result.failed === 0;
  const words = say(good ? 'allCancelled' : 'someFailed');
  return (
    <Text component="span" c={good ? 'teal' : 'red'} role="img" aria-label={words} title={words}>
      {good ? <CheckIcon /> : <CrossIcon />}
    </Text>
  );
}

function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
