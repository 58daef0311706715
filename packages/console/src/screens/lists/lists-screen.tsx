import { Anchor, Badge, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { type CallingList, type RecordCount, useCallingLists, useCounts } from '../../api/calling-lists.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { CHAIN_READY, NO_CALL, READY, RETRIEVED } from '../../records/record-terms.js';
import classes from './lists.module.css';
import { RecordSearch } from './record-search.js';

/** Every calling list with how far it is, and the search for a record in all of them. */
export function ListsScreen() {
  const lists = useCallingLists();
  const names = lists.data?.map(({ name }) => name) ?? [];
  const counts = useCounts(names);
  return (
    <Stack gap="md">
      <Title order={1}>Calling lists</Title>
      {lists.isPending && <Skeleton h={160} aria-label="Loading calling lists" />}
      {lists.isError && <Failure what="The calling lists cannot be shown" error={lists.error} retry={lists.refetch} />}
      {lists.data !== undefined && (
        <Paper className={classes.scroll}>
          <Table highlightOnHover aria-label="Calling lists">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>List</Table.Th>
                <Table.Th>Records</Table.Th>
                <Table.Th>Ready</Table.Th>
                <Table.Th>Held by campaigns</Table.Th>
                <Table.Th>Waiting in chains</Table.Th>
                <Table.Th>Finished</Table.Th>
                <Table.Th>Not to be called</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {lists.data.map((list, index) => (
                <ListRow key={list.name} list={list} counts={counts[index]?.data} error={counts[index]?.error} />
              ))}
            </Table.Tbody>
          </Table>
          {lists.data.length === 0 && (
            <Empty title="No calling lists yet">
              Calling lists are configured in a file or over <code>/api/v1/calling-lists</code>.
            </Empty>
          )}
        </Paper>
      )}
      {names.length > 0 && <RecordSearch lists={names} isBrowsing={false} />}
    </Stack>
  );
}

function ListRow({ list, counts, error }: { list: CallingList; counts: RecordCount[] | undefined; error: unknown }) {
  const figures = counts && figuresOf(counts);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/lists/${encodeURIComponent(list.name)}`} size="sm" fw={550}>
          {list.name}
        </Anchor>{' '}
        {!list.enabled && (
          <Badge variant="light" color="orange" tt="none" size="sm">
            disabled
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
          {error ? 'The records cannot be counted' : 'Being counted'}
        </Table.Td>
      ) : (
        figures.map(([name, value]) => (
          <Table.Td key={name} className="tabular">
            {value.toLocaleString()}
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
