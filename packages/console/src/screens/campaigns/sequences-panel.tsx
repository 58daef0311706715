import { Badge, Button, Group, Paper, Skeleton, Table, Text, Title } from '@mantine/core';
import {
  operationsOf,
  type Sequence,
  type SequenceItem,
  type SequenceOperation,
  useSequenceOperation,
  useSequences,
} from '../../api/sequences.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';

const OPERATION_TEXT: Readonly<Record<SequenceOperation, string>> = {
  start: 'Start',
  stop: 'Stop',
  unload: 'Unload',
  'force-unload': 'Force unload',
};

/** The campaigns that agent groups work one after the other, as far as they are loaded. */
export function SequencesPanel() {
  const sequences = useSequences();
  const operation = useSequenceOperation();
  return (
    <Paper component="section" aria-labelledby="sequences-title" style={{ overflowX: 'auto' }}>
      <Title order={2} id="sequences-title" p="md" pb="xs">
        Sequences
      </Title>
      {operation.isError && <Failure what="The sequence did not do it" error={operation.error} />}
      {sequences.isPending && <Skeleton h={80} aria-label="Loading sequences" />}
      {sequences.isError && (
        <Failure what="The sequences cannot be shown" error={sequences.error} retry={sequences.refetch} />
      )}
      {sequences.data?.length === 0 && (
        <Empty title="None loaded">
          <code>PUT /api/v1/campaign-sequences/&#123;agent group&#125;</code> loads one, and so do CommDN clients.
        </Empty>
      )}
      {sequences.data?.map((sequence) => (
        <OneSequence
          key={sequence.group}
          sequence={sequence}
          isBusy={operation.isPending && operation.variables.group === sequence.group}
          perform={(wanted) => operation.mutate({ group: sequence.group, operation: wanted })}
        />
      ))}
    </Paper>
  );
}

interface OneSequenceProps {
  sequence: Sequence;
  isBusy: boolean;
  perform: (operation: SequenceOperation) => void;
}

function OneSequence({ sequence, isBusy, perform }: OneSequenceProps) {
  const { group, description, phase, item, items, dueAt } = sequence;
  return (
    <section aria-label={`Sequence of ${group}`}>
      <Group justify="space-between" px="md" py={6} gap="sm">
        <Group gap="sm">
          <Text size="sm" fw={550}>
            {group}
          </Text>
          <Badge variant="light" tt="none" color={phase === 'running' ? 'teal' : 'blue'}>
            {phase}
          </Badge>
          <Text size="xs" c="dimmed">
            {description}
            {dueAt !== undefined && (
              <>
                {' goes on '}
                <Moment at={dueAt} />
              </>
            )}
          </Text>
        </Group>
        <Group gap={6} wrap="nowrap">
          {operationsOf(phase).map((operation) => (
            <Button
              key={operation}
              {...{ size: 'compact-sm', variant: 'default', disabled: isBusy }}
              aria-label={`${OPERATION_TEXT[operation]} the sequence of ${group}`}
              onClick={() => perform(operation)}
            >
              {OPERATION_TEXT[operation]}
            </Button>
          ))}
        </Group>
      </Group>
      <Table aria-label={`Items of ${group}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Item</Table.Th>
            <Table.Th>Campaign</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Mode</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th>Pause before</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items are known by their place, a campaign may come twice
            <Table.Tr key={index} aria-current={index + 1 === item ? 'step' : undefined}>
              <Table.Td className="tabular">
                {index + 1}
                {index + 1 === item && ' (current)'}
              </Table.Td>
              <Table.Td fw={index + 1 === item ? 550 : 400}>{one.campaign}</Table.Td>
              <Table.Td>{one.status}</Table.Td>
              <Table.Td>{one.dialMode ?? 'as configured'}</Table.Td>
              <Table.Td>
                <Ends item={one} />
              </Table.Td>
              <Table.Td className="tabular">{one.sleepMinutes > 0 ? `${one.sleepMinutes} min` : 'none'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Ends({ item: { stopAtTime, stopAtContacts, stopAtDials } }: { item: SequenceItem }) {
  const counts = [
    ...(stopAtContacts === undefined ? [] : [`after ${stopAtContacts} contacts`]),
    ...(stopAtDials === undefined ? [] : [`after ${stopAtDials} dials`]),
  ];
  return (
    <>
      {stopAtTime !== undefined && (
        <>
          at <Moment at={stopAtTime} />,{' '}
        </>
      )}
      {[...counts, 'with its lists'].join(', ')}
    </>
  );
}
