import { Anchor, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { listPath, useCounts } from '../../api/calling-lists.js';
import { Failure } from '../../layout/failure.js';
import { useRecordTerms } from '../../records/record-terms.js';
import { formatNumber } from '../../time/format.js';
import { ImportPanel } from './import-panel.js';
import classes from './lists.module.css';
import { RecordSearch, StatusMark } from './record-search.js';
import { useListsTexts } from './use-lists-texts.js';

/** One calling list: what is in it, how files come in, and its records. */
export function ListScreen() {
  const say = useListsTexts();
  const { name = '' } = useParams();
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <div>
          <Anchor component={Link} to="/lists" size="xs">
            {say('title')}
          </Anchor>
          <Title order={1}>{name}</Title>
        </div>
        <Anchor href={`${listPath(name)}/records?format=csv`} download={`${name}.csv`} size="sm">
          {say('export')}
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
  const say = useListsTexts();
  const [counts] = useCounts([name]);
  const { typeName, resultName } = useRecordTerms();
  const all = counts?.data?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return (
    <Paper component="section" aria-labelledby="contents-title" className={classes.scroll}>
      <Group justify="space-between" p="md" pb="xs">
        <Title order={2} id="contents-title">
          {say('byState')}
        </Title>
        <Text size="sm" c="dimmed" className="tabular">
          {say('inAll', { count: formatNumber(all) })}
        </Text>
      </Group>
      {counts?.isPending && <Skeleton h={80} aria-label={say('counting')} />}
      {counts?.isError && <Failure what={say('notCounted')} error={counts.error} retry={counts.refetch} />}
      <Table aria-label={say('byState')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('type')}</Table.Th>
            <Table.Th>{say('status')}</Table.Th>
            <Table.Th>{say('result')}</Table.Th>
            <Table.Th>{say('records')}</Table.Th>
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
              <Table.Td className="tabular">{formatNumber(count)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  );
}
