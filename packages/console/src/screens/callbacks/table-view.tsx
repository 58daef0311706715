import { Anchor, Button, Checkbox, Group, Paper, Skeleton, Stack, Switch, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { type CallbackFilter, useBulkCancel, useCallbackCount, useCallbackSearch } from '../../api/callback-search.js';
import type { Callback } from '../../api/callbacks.js';
import { ReasonText, StateMark } from '../../callbacks/state.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { formatNumber } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { CancelMany } from './cancel-many.js';
import { Reports } from './reports.js';
import { RescheduleMany } from './reschedule-many.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

/** The callbacks of a filter, a page at a time; those that are ticked can be cancelled or moved together. */
export function TableView({ filter }: { filter: CallbackFilter }) {
  const say = useCallbacksTexts();
  const search = useCallbackSearch(filter, true);
  const count = useCallbackCount(filter, true);
  const cancel = useBulkCancel();
  const [page, setPage] = useState(0);
  const [withId, setWithId] = useState(false);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [dialog, setDialog] = useState<'cancel' | 'reschedule'>();
  const pages = search.data?.pages ?? [];
  const shown = pages[page]?.callbacks ?? [];
  const chosen = shown.filter(({ id }) => ticked.has(id));
  const hasNext = page + 1 < pages.length || search.hasNextPage;

  const goNext = async () => {
    if (page + 1 >= pages.length) await search.fetchNextPage();
    setPage(page + 1);
    setTicked(new Set());
  };

  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm" role="status">
          {count.data !== undefined &&
            (count.data === 0 ? say('none') : say('found', { count: formatNumber(count.data) }))}
        </Text>
        <Group gap="xs">
          <Switch
            size="xs"
            label={say('withId')}
            checked={withId}
            onChange={(event) => setWithId(event.currentTarget.checked)}
          />
          {chosen.length > 0 && (
            <Text size="sm" c="dimmed">
              {say('selected', { count: chosen.length })}
            </Text>
          )}
          <Button size="xs" variant="default" disabled={chosen.length === 0} onClick={() => setDialog('reschedule')}>
            {say('reschedule')}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={shown.length === 0}
            loading={cancel.isPending}
            onClick={() => setDialog('cancel')}
          >
            {say('cancel')}
          </Button>
          <Reports filter={filter} result={cancel.data} />
          <Button size="xs" variant="default" onClick={() => void Promise.all([search.refetch(), count.refetch()])}>
            {say('refresh')}
          </Button>
        </Group>
      </Group>
      {cancel.isError && <Failure what={say('notCancelled')} error={cancel.error} />}
      {search.isPending && <Skeleton h={260} aria-label={say('loading')} />}
      {search.isError && <Failure what={say('notShown')} error={search.error} retry={search.refetch} />}
      {search.data !== undefined && (
        <Paper style={{ overflowX: 'auto' }}>
          {shown.length === 0 ? (
            <Empty title={say('none')}>{say('noneHelp')}</Empty>
          ) : (
            <Rows callbacks={shown} withId={withId} ticked={ticked} onTick={setTicked} />
          )}
        </Paper>
      )}
      {(page > 0 || hasNext) && (
        <Group justify="center" gap="sm">
          <Button size="compact-sm" variant="default" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {say('previous')}
          </Button>
          <Text size="sm">{say('page', { page: page + 1 })}</Text>
          <Button
            size="compact-sm"
            variant="default"
            disabled={!hasNext}
            loading={search.isFetchingNextPage}
            onClick={() => void goNext()}
          >
            {say('next')}
          </Button>
        </Group>
      )}
      {shown.length > 20 && (
        <Anchor component="button" size="sm" onClick={() => window.scrollTo({ top: 0 })}>
          {say('backToTop')}
        </Anchor>
      )}
      {dialog === 'cancel' && (
        <CancelMany
          callbacks={chosen}
          filter={filter}
          onClose={() => setDialog(undefined)}
          onConfirm={(ids) => {
            setDialog(undefined);
            cancel.mutate(ids, { onSuccess: () => setTicked(new Set()) });
          }}
        />
      )}
      {dialog === 'reschedule' && (
        <RescheduleMany
          callbacks={chosen}
          onClose={() => {
            setDialog(undefined);
            setTicked(new Set());
          }}
        />
      )}
    </Stack>
  );
}

interface RowsProps {
  callbacks: readonly Callback[];
  withId: boolean;
  ticked: ReadonlySet<string>;
  onTick: (ticked: ReadonlySet<string>) => void;
}

function Rows({ callbacks, withId, ticked, onTick }: RowsProps) {
  const say = useCallbacksTexts();
  const count = callbacks.filter(({ id }) => ticked.has(id)).length;
  const toggle = (id: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    onTick(next);
  };
  return (
    <Table highlightOnHover aria-label={say('title')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={36}>
            <Checkbox
              size="xs"
              aria-label={say('selectPage')}
              checked={count === callbacks.length}
              indeterminate={count > 0 && count < callbacks.length}
              onChange={(event) => onTick(new Set(event.currentTarget.checked ? callbacks.map(({ id }) => id) : []))}
            />
          </Table.Th>
          {withId && <Table.Th>{say('id')}</Table.Th>}
          <Table.Th>{say('state')}</Table.Th>
          <Table.Th>{say('desired')}</Table.Th>
          <Table.Th>{say('number')}</Table.Th>
          <Table.Th visibleFrom="sm">{say('service')}</Table.Th>
          <Table.Th visibleFrom="md">{say('reason')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {callbacks.map((callback) => (
          <Table.Tr key={callback.id} data-callback={callback.id}>
            <Table.Td>
              <Checkbox
                size="xs"
                aria-label={say('select', { number: callback.customerNumber, service: callback.service })}
                checked={ticked.has(callback.id)}
                onChange={(event) => toggle(callback.id, event.currentTarget.checked)}
              />
            </Table.Td>
            {withId && (
              <Table.Td>
                <Text size="xs" className="tabular">
                  {callback.id}
                </Text>
              </Table.Td>
            )}
            <Table.Td>
              <StateMark state={callback.state} reason={callback.reason} />
            </Table.Td>
            <Table.Td>{callback.desiredAt !== undefined && <Moment at={callback.desiredAt} />}</Table.Td>
            <Table.Td className="tabular">
              <Anchor component={Link} to={`/callbacks/${encodeURIComponent(callback.id)}`} size="sm">
                {callback.customerNumber || say('noNumber')}
              </Anchor>
            </Table.Td>
            <Table.Td visibleFrom="sm">{callback.service}</Table.Td>
            <Table.Td visibleFrom="md">
              {callback.reason !== undefined && (
                <Text size="xs" c="dimmed" title={callback.reason}>
                  <ReasonText reason={callback.reason} />
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
