import { Anchor, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { instant } from '../../api/json.js';
import { type Obstacle, type RecordAttempt, useRecordHistory, useRecords } from '../../api/records.js';
import { Empty } from '../../layout/empty.js';
import { Facts } from '../../layout/facts.js';
import { Failure } from '../../layout/failure.js';
import { With } from '../../layout/with.js';
import { RETRIEVED, type RecordTerms, useRecordTerms } from '../../records/record-terms.js';
import { formatDuration, formatPercent } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import classes from './lists.module.css';
import { RecordTable, StatusMark } from './record-search.js';
import { RecordTimeline } from './record-timeline.js';
import { useRecordTexts } from './use-record-texts.js';

/** One record: why it is not dialed, what was tried, its chain and all of its columns. */
export function RecordScreen() {
  const say = useRecordTexts();
  const { name = '', record: id = '' } = useParams();
  const history = useRecordHistory(name, id);
  const terms = useRecordTerms();
  const data = history.data;
  return (
    <Stack gap="md">
      <div>
        <Anchor component={Link} to={`/lists/${encodeURIComponent(name)}`} size="xs">
          {name}
        </Anchor>
        <Group gap="sm">
          <Title order={1}>{data?.record.phone ?? say('title', { id })}</Title>
          {data && <StatusMark status={data.record.status} />}
        </Group>
        {data && (
          <Text size="sm" c="dimmed">
            {say('summary', {
              id,
              type: terms.typeName(data.record.type),
              count: data.record.attempts,
              result: terms.resultName(data.record.result),
            })}
          </Text>
        )}
      </div>
      {history.isPending && <Skeleton h={220} aria-label={say('loading')} />}
      {history.isError && <Failure what={say('notShown')} error={history.error} retry={history.refetch} />}
      {data && (
        <div className={classes.columns}>
          <Stack gap="md">
            <WhyNot obstacles={data.obstacles} status={data.record.status} />
            <Attempts attempts={data.attempts} terms={terms} />
            <RecordTimeline timeline={data.timeline} terms={terms} />
            <Chain list={name} chain={data.record.chain} />
          </Stack>
          <Paper component="section" p="md" aria-labelledby="columns-title">
            <Title order={2} id="columns-title" mb="xs">
              {say('columns')}
            </Title>
            <Facts
              members={Object.fromEntries(
                Object.entries(data.record.columns).map(([column, value]) => [
                  column,
                  <ColumnValue key={column} column={column} value={value} terms={terms} />,
                ]),
              )}
            />
          </Paper>
        </div>
      )}
    </Stack>
  );
}

function WhyNot({ obstacles, status }: { obstacles: readonly Obstacle[]; status: number }) {
  const say = useRecordTexts();
  return (
    <Paper component="section" p="md" aria-labelledby="why-title">
      <Title order={2} id="why-title" mb="xs">
        {say('why')}
      </Title>
      {obstacles.length === 0 && (
        <Text size="sm" c="dimmed">
          {say(status === RETRIEVED ? 'nothingHeld' : 'nothing')}
        </Text>
      )}
      <ul className={classes.obstacles}>
        {obstacles.map(({ kind, reason, until }) => (
          <li key={`${kind} ${reason}`} className={classes.obstacle} data-kind={kind}>
            <span lang="en">{reason}</span>
            {until !== undefined && (
              <>
                {' '}
                <With text={(time) => say('until', { time })}>
                  <Moment at={until} />
                </With>
              </>
            )}
          </li>
        ))}
      </ul>
    </Paper>
  );
}

function Attempts({ attempts, terms }: { attempts: readonly RecordAttempt[]; terms: RecordTerms }) {
  const say = useRecordTexts();
  return (
    <Paper component="section" aria-labelledby="attempts-title" className={classes.scroll}>
      <Title order={2} id="attempts-title" p="md" pb="xs">
        {say('attempts')}
      </Title>
      {attempts.length === 0 ? (
        <Empty title={say('noAttempts')}>{say('noAttemptsHelp')}</Empty>
      ) : (
        <Table aria-label={say('attempts')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('when')}</Table.Th>
              <Table.Th>{say('campaign')}</Table.Th>
              <Table.Th>{say('outcome')}</Table.Th>
              <Table.Th>{say('agent')}</Table.Th>
              <Table.Th>{say('talk')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...attempts].reverse().map((attempt) => (
              <Table.Tr key={attempt.id}>
                <Table.Td>
                  <Moment at={attempt.at} />
                </Table.Td>
                <Table.Td>{attempt.campaign}</Table.Td>
                <Table.Td>
                  <Outcome attempt={attempt} terms={terms} />
                </Table.Td>
                <Table.Td>{attempt.agent ?? ''}</Table.Td>
                <Table.Td className="tabular">{talkOf(attempt)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

function Outcome({ attempt, terms }: { attempt: RecordAttempt; terms: RecordTerms }) {
  const say = useRecordTexts();
  const { blockedBy, destination, endedAt, nobodyFree, result } = attempt;
  if (blockedBy !== undefined) return say('notDialed', { reason: blockedBy });
  const notes = [
    ...(destination === undefined ? [] : [say('sentTo', { destination })]),
    ...(nobodyFree === undefined ? [] : [say('nobodyFree', { percent: formatPercent(nobodyFree, 1) })]),
  ];
  return (
    <>
      {result === undefined ? say(endedAt === undefined ? 'underWay' : 'nobodyDialed') : terms.resultName(result)}
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
    </>
  );
}

function talkOf({ connectedAt, endedAt }: RecordAttempt): string {
  return connectedAt === undefined || endedAt === undefined ? '' : formatDuration(endedAt - connectedAt);
}

function Chain({ list, chain }: { list: string; chain: number }) {
  const say = useRecordTexts();
  const [answer] = useRecords([list], 'chain_id', String(chain));
  const records = answer?.data ?? [];
  if (records.length < 2) return null;
  return (
    <Paper component="section" aria-labelledby="chain-title" className={classes.scroll}>
      <Title order={2} id="chain-title" p="md" pb="xs">
        {say('chainTitle', { chain })}
      </Title>
      <RecordTable records={records} label={say('chain')} />
    </Paper>
  );
}

/** Columns that hold seconds since 1970. */
const TIMES: ReadonlySet<string> = new Set(['dial_sched_time', 'call_time']);
/** Columns that hold seconds since midnight. */
const TIMES_OF_DAY: ReadonlySet<string> = new Set(['daily_from', 'daily_till']);

/** Columns whose numbers have names. */
const NAMES: Readonly<Record<string, keyof RecordTerms>> = {
  record_type: 'typeName',
  record_status: 'statusName',
  call_result: 'resultName',
};

function ColumnValue({ column, value, terms }: { column: string; value: string; terms: RecordTerms }) {
  const seconds = Number(value);
  if (TIMES.has(column) && seconds > 0) {
    const at = instant({ at: seconds * 1000 }, 'at');
    if (at !== undefined) return <Moment at={at} />;
  }
  if (TIMES_OF_DAY.has(column)) return <>{timeOfDay(seconds)}</>;
  const naming = NAMES[column];
  return <>{naming === undefined ? value : `${value} ${terms[naming](seconds)}`}</>;
}

function timeOfDay(seconds: number): string {
  const part = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const rest = seconds % 60 === 0 ? '' : `:${part(seconds % 60)}`;
  return `${part(seconds / 3600)}:${part((seconds % 3600) / 60)}${rest}`;
}
