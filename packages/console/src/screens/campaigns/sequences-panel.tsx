import { Badge, Button, Group, Paper, Skeleton, Table, Text, Title } from '@mantine/core';
import {
  operationsOf,
  type Sequence,
  type SequenceItem,
  type SequenceOperation,
  useSequenceOperation,
  useSequences,
} from '../../api/sequences.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { With } from '../../layout/with.js';
import { Moment } from '../../time/moment.js';
import { useCampaignsTexts, useCampaignTerms } from './use-campaigns-texts.js';

/** The campaigns that agent groups work one after the other, as far as they are loaded. */
export function SequencesPanel() {
  const say = useCampaignsTexts();
  const sequences = useSequences();
  const operation = useSequenceOperation();
  return (
    <Paper component="section" aria-labelledby="sequences-title" style={{ overflowX: 'auto' }}>
      <Title order={2} id="sequences-title" p="md" pb="xs">
        {say('sequences')}
      </Title>
      {operation.isError && <Failure what={say('sequenceNotDone')} error={operation.error} />}
      {sequences.isPending && <Skeleton h={80} aria-label={say('loadingSequences')} />}
      {sequences.isError && (
        <Failure what={say('sequencesNotShown')} error={sequences.error} retry={sequences.refetch} />
      )}
      {sequences.data?.length === 0 && (
        <Empty title={say('noSequences')}>
          <Coded>{say('noSequencesHelp')}</Coded>
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
  const say = useCampaignsTexts();
  const term = useCampaignTerms();
  const { group, description, phase, item, items, dueAt } = sequence;
  return (
    <section aria-label={say('sequenceOf', { group })}>
      <Group justify="space-between" px="md" py={6} gap="sm">
        <Group gap="sm">
          <Text size="sm" fw={550}>
            {group}
          </Text>
          <Badge variant="light" tt="none" color={phase === 'running' ? 'teal' : 'blue'}>
            {term(phase)}
          </Badge>
          <Text size="xs" c="dimmed">
            {description}
            {dueAt !== undefined && (
              <>
                {' '}
                <With text={(time) => say('goesOn', { time })}>
                  <Moment at={dueAt} />
                </With>
              </>
            )}
          </Text>
        </Group>
        <Group gap={6} wrap="nowrap">
          {operationsOf(phase).map((operation) => (
            <Button
              key={operation}
              {...{ size: 'compact-sm', variant: 'default', disabled: isBusy }}
              aria-label={say('operationOnSequence', { operation: term(operation), group })}
              onClick={() => perform(operation)}
            >
              {term(operation)}
            </Button>
          ))}
        </Group>
      </Group>
      <Table aria-label={say('itemsOf', { group })}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{say('item')}</Table.Th>
            <Table.Th>{say('campaign')}</Table.Th>
            <Table.Th>{say('state')}</Table.Th>
            <Table.Th>{say('mode')}</Table.Th>
            <Table.Th>{say('ends')}</Table.Th>
            <Table.Th>{say('pause')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: items are known by their place, a campaign may come twice
            <Table.Tr key={index} aria-current={index + 1 === item ? 'step' : undefined}>
              <Table.Td className="tabular">
                {index + 1 === item ? say('current', { number: item }) : index + 1}
              </Table.Td>
              <Table.Td fw={index + 1 === item ? 550 : 400}>{one.campaign}</Table.Td>
              <Table.Td>{term(one.status)}</Table.Td>
              <Table.Td>{one.dialMode === undefined ? say('asConfigured') : term(one.dialMode)}</Table.Td>
              <Table.Td>
                <Ends item={one} />
              </Table.Td>
              <Table.Td className="tabular">
                {one.sleepMinutes > 0 ? say('minutes', { count: one.sleepMinutes }) : say('noPause')}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Ends({ item: { stopAtTime, stopAtContacts, stopAtDials } }: { item: SequenceItem }) {
  const say = useCampaignsTexts();
  const rest = [
    ...(stopAtContacts === undefined ? [] : [say('afterContacts', { count: stopAtContacts })]),
    ...(stopAtDials === undefined ? [] : [say('afterDials', { count: stopAtDials })]),
    say('withLists'),
  ];
  return (
    <>
      {stopAtTime !== undefined && (
        <>
          <With text={(time) => say('atTime', { time })}>
            <Moment at={stopAtTime} />
          </With>
          {say('comma')}
        </>
      )}
      {rest.join(say('comma'))}
    </>
  );
}
