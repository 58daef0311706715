import { Anchor, Badge, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { type CallingList, type RecordCount, useCallingLists, useCounts } from '../../api/calling-lists.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { CHAIN_READY, NO_CALL, READY, RETRIEVED } from '../../records/record-terms.js';
import { formatNumber } from '../../time/format.js';
import classes from './lists.module.css';
import { RecordSearch } from './record-search.js';
import { useListsTexts } from './use-lists-texts.js';

/** Every calling list with how far it is, and the search for a record in all of them. */
export function ListsScreen() {
  const say = useListsTexts();
  const lists = useCallingLists();
  const names = lists.data?.map(({ name }) => name) ?? [];
  const counts = useCounts(names);
  return (
    <Stack gap="md">
      <Title order={1}>{say('title')}</Title>
      {lists.isPending && <Skeleton h={160} aria-label={say('loading')} />}
      {lists.isError && <Failure what={say('notShown')} error={lists.error} retry={lists.refetch} />}
      {lists.data !== undefined && (
        <Paper className={classes.scroll}>
          <Table highlightOnHover aria-label={say('title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('list')}</Table.Th>
                <Table.Th>{say('records')}</Table.Th>
                <Table.Th>{say('ready')}</Table.Th>
                <Table.Th>{say('held')}</Table.Th>
                <Table.Th>{say('inChains')}</Table.Th>
                <Table.Th>{say('finished')}</Table.Th>
                <Table.Th>{say('noCall')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {lists.data.map((list, index) => (
                <ListRow key={list.name} list={list} counts={counts[index]?.data} error={counts[index]?.error} />
              ))}
            </Table.Tbody>
          </Table>
          {lists.data.length === 0 && (
            <Empty title={say('none')}>
              <Coded>{say('noneHelp')}</Coded>
            </Empty>
          )}
        </Paper>
      )}
      {names.length > 0 && <RecordSearch lists={names} isBrowsing={false} />}
    </Stack>
  );
}

function ListRow({ list, counts, error }: { list: CallingList; counts: RecordCount[] | undefined; error: unknown }) {
  const say = useListsTexts();
  const figures = counts && figuresOf(counts);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/lists/${encodeURIComponent(list.name)}`} size="sm" fw={550}>
          {list.name}
        </Anchor>{' '}
        {!list.enabled && (
          <Badge variant="light" color="orange" tt="none" size="sm">
            {say('disabled')}
          </Badge>
        )}
        {list.description !== undefined && (
          <Text size="xs" c="dimmed">
            {list.description}
          </Text>
        )}
      </Table.Td>
      {figures === undefined ? (
        <Table.Td colSpan={6} c="dimmed">
          {say(error ? 'notCounted' : 'beingCounted')}
        </Table.Td>
      ) : (
        figures.map(([name, value]) => (
          <Table.Td key={name} className="tabular">
            {formatNumber(value)}
          </Table.Td>
        ))
      )}
    </Table.Tr>
  );
}

function figuresOf(counts: readonly RecordCount[]): [string, number][] {
  const sum = (of: (one: RecordCount) => boolean) => counts.filter(of).reduce((total, { count }) => total + count, 0);
  const open: readonly number[] = [READY, RETRIEVED, CHAIN_READY];
  return [
    ['all', sum(() => true)],
    ['ready', sum(({ status }) => status === READY)],
    ['held', sum(({ status }) => status === RETRIEVED)],
    ['chain', sum(({ status }) => status === CHAIN_READY)],
    ['finished', sum(({ status }) => !open.includes(status))],
    ['no call', sum(({ type }) => type === NO_CALL)],
  ];
}
