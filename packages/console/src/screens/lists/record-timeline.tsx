import { Paper, Table, Text, Title } from '@mantine/core';
import type { RecordMoment } from '../../api/records.js';
import { useTreatmentNames } from '../../api/treatments.js';
import { Empty } from '../../layout/empty.js';
import type { RecordTerms } from '../../records/record-terms.js';
import { Moment } from '../../time/moment.js';
import classes from './lists.module.css';
import { StatusMark } from './record-search.js';
import { useRecordTexts } from './use-record-texts.js';

/** The states that a record came into, the latest first, and the treatments that sent it there. */
export function RecordTimeline({ timeline, terms }: { timeline: readonly RecordMoment[]; terms: RecordTerms }) {
  const say = useRecordTexts();
  const names = useTreatmentNames(timeline.some(({ treatment }) => treatment !== undefined));
  // Nothing but its place tells two moments of one millisecond apart.
  const rows = timeline.map((moment, place) => ({ key: `${moment.at} ${place}`, moment })).reverse();
  return (
    <Paper component="section" aria-labelledby="timeline-title" className={classes.scroll}>
      <Title order={2} id="timeline-title" p="md" pb="xs">
        {say('became')}
      </Title>
      {timeline.length === 0 ? (
        <Empty title={say('nothingBecame')}>{say('nothingBecameHelp')}</Empty>
      ) : (
        <Table aria-label={say('became')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('when')}</Table.Th>
              <Table.Th>{say('status')}</Table.Th>
              <Table.Th>{say('type')}</Table.Th>
              <Table.Th>{say('result')}</Table.Th>
              <Table.Th>{say('scheduledFor')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ key, moment }) => (
              <MomentRow key={key} moment={moment} terms={terms} treatments={names.data} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

interface MomentRowProps {
  moment: RecordMoment;
  terms: RecordTerms;
  treatments: ReadonlyMap<string, string> | undefined;
}

function MomentRow({ moment, terms, treatments }: MomentRowProps) {
  const say = useRecordTexts();
  const { at, type, status, result, scheduledAt, campaign, agent, treatment, blocked } = moment;
  const whose = [campaign, agent].filter((one) => one !== undefined).join(', ');
  return (
    <Table.Tr>
      <Table.Td>
        <Moment at={at} />
        {whose !== '' && (
          <Text size="xs" c="dimmed">
            {whose}
          </Text>
        )}
      </Table.Td>
      {blocked !== undefined ? (
        <Table.Td colSpan={4}>{say('notDialed', { reason: blocked })}</Table.Td>
      ) : (
        <>
          <Table.Td>{status !== undefined && <StatusMark status={status} />}</Table.Td>
          <Table.Td>{type !== undefined && terms.typeName(type)}</Table.Td>
          <Table.Td>{result !== undefined && terms.resultName(result)}</Table.Td>
          <Table.Td miw={190}>
            {scheduledAt !== undefined && <Moment at={scheduledAt} />}
            {treatment !== undefined && (
              <Text size="xs" c="dimmed" className="tabular">
                {say('treated', { ...treatment, name: treatments?.get(treatment.id) ?? treatment.id })}
              </Text>
            )}
          </Table.Td>
        </>
      )}
    </Table.Tr>
  );
}
