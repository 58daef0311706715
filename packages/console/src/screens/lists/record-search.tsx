import {
  Anchor,
  Badge,
  Button,
  Group,
  NativeSelect,
  Paper,
  Skeleton,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import { type ListRecord, MOST_RECORDS, RECORD_KEYS, type RecordKey, useRecords } from '../../api/records.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { statusColor, useRecordTerms } from '../../records/record-terms.js';
import classes from './lists.module.css';

const KEY_TEXT: Readonly<Record<RecordKey, string>> = {
  phone: 'Number',
  record_id: 'Record id',
  chain_id: 'Chain id',
  customer_id: 'Customer id',
};

/**
 * Records by number, id, chain or customer; what is looked for is part of the address.
 * @param isBrowsing shows the first records as long as nothing is looked for
 */
export function RecordSearch({ lists, isBrowsing }: { lists: readonly string[]; isBrowsing: boolean }) {
  const [parameters, setParameters] = useSearchParams();
  const key = RECORD_KEYS.find((one) => one === parameters.get('by')) ?? 'phone';
  const wanted = parameters.get('search') ?? '';
  const [by, setBy] = useState<RecordKey>(key);
  const [typed, setTyped] = useState(wanted);
  return (
    <Paper component="section" aria-labelledby="records-title">
      <Group justify="space-between" gap="sm" p="md" pb="xs">
        <Title order={2} id="records-title">
          Records
        </Title>
        <search>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setParameters(typed.trim() === '' ? {} : { by, search: typed.trim() });
            }}
          >
            <Group gap="xs">
              <NativeSelect
                {...{ size: 'xs', 'aria-label': 'Find by' }}
                data={RECORD_KEYS.map((value) => ({ value, label: KEY_TEXT[value] }))}
                value={by}
                onChange={(event) => {
                  const { value } = event.currentTarget;
                  setBy(RECORD_KEYS.find((one) => one === value) ?? 'phone');
                }}
              />
              <TextInput
                {...{ type: 'search', size: 'xs', w: 220, 'aria-label': 'Find a record' }}
                placeholder={by === 'phone' ? 'In any notation' : KEY_TEXT[by]}
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button type="submit" size="xs" variant="default">
                Find
              </Button>
            </Group>
          </form>
        </search>
      </Group>
      {wanted !== '' || isBrowsing ? (
        <Found lists={lists} by={key} wanted={wanted} />
      ) : (
        <Text size="sm" c="dimmed" px="md" pb="md">
          A record shows its attempts, and why it is not dialed.
        </Text>
      )}
    </Paper>
  );
}

function Found({ lists, by, wanted }: { lists: readonly string[]; by: RecordKey; wanted: string }) {
  const answers = useRecords(lists, by, wanted);
  const failed = answers.find(({ isError }) => isError);
  if (failed) return <Failure what="The records cannot be shown" error={failed.error} retry={failed.refetch} />;
  if (answers.some(({ isPending }) => isPending)) return <Skeleton h={120} aria-label="Loading records" />;
  const records = answers.flatMap(({ data }) => data ?? []);
  const isCut = answers.some(({ data }) => data?.length === MOST_RECORDS);
  if (records.length === 0) {
    return wanted === '' ? (
      <Empty title="No records yet">They come with a file, one by one over the API, or from agents.</Empty>
    ) : (
      <Empty title={`No record has “${wanted}”`}>
        Looked for as {KEY_TEXT[by].toLowerCase()} in {lists.length === 1 ? lists[0] : `${lists.length} lists`}.
      </Empty>
    );
  }
  return (
    <div className={classes.scroll}>
      <RecordTable records={records} />
      {isCut && (
        <Text size="xs" c="dimmed" p="xs" ta="center">
          The first {MOST_RECORDS} of a list are shown.
        </Text>
      )}
    </div>
  );
}

/** Records, each with a way to its own page. */
export function RecordTable({ records, label = 'Records' }: { records: readonly ListRecord[]; label?: string }) {
  const { typeName, resultName } = useRecordTerms();
  return (
    <Table highlightOnHover aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Number</Table.Th>
          <Table.Th>Record</Table.Th>
          <Table.Th>Chain</Table.Th>
          <Table.Th>Type</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th>Result</Table.Th>
          <Table.Th>Attempts</Table.Th>
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
              {record.chain}, no. {record.placeInChain}
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
    <Badge variant="light" color={statusColor(status)} tt="none">
      {statusName(status)}
    </Badge>
  );
}

function pathOfRecord({ list, id }: ListRecord): string {
  return `/lists/${encodeURIComponent(list)}/records/${id}`;
}
