import { Anchor, Badge, Group, Paper, Skeleton, Table, Text, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { type ListRecord, MOST_RECORDS, RECORD_KEYS, type RecordKey, useRecords } from '../../api/records.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { SearchForm, useSearched } from '../../layout/search-form.js';
import { statusColor, useRecordTerms } from '../../records/record-terms.js';
import classes from './lists.module.css';
import { useListsTexts } from './use-lists-texts.js';

/**
 * Records by number, id, chain or customer; what is looked for is part of the address.
 * @param isBrowsing shows the first records as long as nothing is looked for
 */
export function RecordSearch({ lists, isBrowsing }: { lists: readonly string[]; isBrowsing: boolean }) {
  const say = useListsTexts();
  const searched = useSearched(RECORD_KEYS, 'phone');
  const { by, wanted } = searched;
  return (
    <Paper component="section" aria-labelledby="records-title">
      <Group justify="space-between" gap="sm" p="md" pb="xs">
        <Title order={2} id="records-title">
          {say('records')}
        </Title>
        <SearchForm
          {...{ searched, label: say('findRecord'), labelOfKinds: say('findBy'), find: say('find') }}
          kinds={RECORD_KEYS.map((value) => {
            const label = say(`by_${value}`);
            return { value, label, placeholder: value === 'phone' ? say('anyNotation') : label };
          })}
        />
      </Group>
      {wanted !== '' || isBrowsing ? (
        <Found lists={lists} by={by} wanted={wanted} />
      ) : (
        <Text size="sm" c="dimmed" px="md" pb="md">
          {say('searchHelp')}
        </Text>
      )}
    </Paper>
  );
}

function Found({ lists, by, wanted }: { lists: readonly string[]; by: RecordKey; wanted: string }) {
  const say = useListsTexts();
  const answers = useRecords(lists, by, wanted);
  const failed = answers.find(({ isError }) => isError);
  if (failed) return <Failure what={say('recordsNotShown')} error={failed.error} retry={failed.refetch} />;
  if (answers.some(({ isPending }) => isPending)) return <Skeleton h={120} aria-label={say('loadingRecords')} />;
  const records = answers.flatMap(({ data }) => data ?? []);
  const isCut = answers.some(({ data }) => data?.length === MOST_RECORDS);
  if (records.length === 0) {
    const lookedIn = lists.length === 1 ? (lists[0] ?? '') : say('listCount', { count: lists.length });
    return wanted === '' ? (
      <Empty title={say('noRecords')}>{say('noRecordsHelp')}</Empty>
    ) : (
      <Empty title={say('noRecordHas', { wanted })}>
        {say('lookedFor', { key: say(`by_${by}`).toLowerCase(), lists: lookedIn })}
      </Empty>
    );
  }
  return (
    <div className={classes.scroll}>
      <RecordTable records={records} />
      {isCut && (
        <Text size="xs" c="dimmed" p="xs" ta="center">
          {say('onlyFirst', { count: MOST_RECORDS })}
        </Text>
      )}
    </div>
  );
}

/** Records, each with a way to its own page. */
export function RecordTable({ records, label }: { records: readonly ListRecord[]; label?: string }) {
  const say = useListsTexts();
  const { typeName, resultName } = useRecordTerms();
  return (
    <Table highlightOnHover aria-label={label ?? say('records')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say('number')}</Table.Th>
          <Table.Th>{say('record')}</Table.Th>
          <Table.Th>{say('chain')}</Table.Th>
          <Table.Th>{say('type')}</Table.Th>
          <Table.Th>{say('status')}</Table.Th>
          <Table.Th>{say('result')}</Table.Th>
          <Table.Th>{say('attempts')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {records.map((record) => (
          <Table.Tr key={`${record.id} ${record.list}`}>
            <Table.Td className="tabular">
              <Anchor component={Link} to={pathOfRecord(record)} size="sm" fw={550}>
                {record.phone}
              </Anchor>
            </Table.Td>
            <Table.Td className="tabular">
              {record.id}{' '}
              <Text span size="xs" c="dimmed">
                {record.list}
              </Text>
            </Table.Td>
            <Table.Td className="tabular">
              {say('placeInChain', { chain: record.chain, place: record.placeInChain })}
            </Table.Td>
            <Table.Td>{typeName(record.type)}</Table.Td>
            <Table.Td>
              <StatusMark status={record.status} />
            </Table.Td>
            <Table.Td>{resultName(record.result)}</Table.Td>
            <Table.Td className="tabular">{record.attempts}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

export function StatusMark({ status }: { status: number }) {
  const { statusName } = useRecordTerms();
  return (
    <Badge variant="light" color={statusColor(status)} tt="none" miw="max-content">
      {statusName(status)}
    </Badge>
  );
}

function pathOfRecord({ list, id }: ListRecord): string {
  return `/lists/${encodeURIComponent(list)}/records/${id}`;
}
