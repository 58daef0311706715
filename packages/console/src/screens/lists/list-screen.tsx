import { Anchor, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { listPath, useCounts } from '../../api/calling-lists.js';
import { Failure } from '../../layout/failure.js';
import { useRecordTerms } from '../../records/record-terms.js';
import { ImportPanel } from './import-panel.js';
import classes from './lists.module.css';
import { RecordSearch, StatusMark } from './record-search.js';

/** One calling list: what is in it, how files come in, and its records. */
export function ListScreen() {
  const { name = '' } = useParams();
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <div>
          <Anchor component={Link} to="/lists" size="xs">
            Calling lists
          </Anchor>
          <Title order={1}>{name}</Title>
        </div>
        <Anchor href={`${listPath(name)}/records?format=csv`} download={`${name}.csv`} size="sm">
          Export as CSV
        </Anchor>
      </Group>
      <div className={classes.columns}>
        <Contents name={name} />
        <ImportPanel key={name} list={name} />
      </div>
      <RecordSearch key={name} lists={[name]} isBrowsing />
    </Stack>
  );
}

function Contents({ name }: { name: string }) {
  const [counts] = useCounts([name]);
  const { typeName, resultName } = useRecordTerms();
  const all = counts?.data?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <Paper component="section" aria-labelledby="contents-title" className={classes.scroll}>
      <Group justify="space-between" p="md" pb="xs">
        <Title order={2} id="contents-title">
          Records by state
        </Title>
        <Text size="sm" c="dimmed" className="tabular">
          {all.toLocaleString()} in all
        </Text>
      </Group>
      {counts?.isPending && <Skeleton h={80} aria-label="Counting records" />}
      {counts?.isError && <Failure what="The records cannot be counted" error={counts.error} retry={counts.refetch} />}
      <Table aria-label="Records by state">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Type</Table.Th>
            <Table.Th>Status</Table.Th>
            <Table.Th>Result</Table.Th>
            <Table.Th>Records</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {counts?.data?.map(({ type, status, result, count }) => (
            <Table.Tr key={`${type} ${status} ${result}`}>
              <Table.Td>{typeName(type)}</Table.Td>
              <Table.Td>
                <StatusMark status={status} />
              </Table.Td>
              <Table.Td>{resultName(result)}</Table.Td>
              <Table.Td className="tabular">{count.toLocaleString()}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
