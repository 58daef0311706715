import { Anchor, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { instant } from '../../api/json.js';
import {
  type Obstacle,
  type RecordAttempt,
  type RecordMoment,
  useRecordHistory,
  useRecords,
} from '../../api/records.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { RETRIEVED, type RecordTerms, useRecordTerms } from '../../records/record-terms.js';
import { formatDuration } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import classes from './lists.module.css';
import { RecordTable, StatusMark } from './record-search.js';

/** One record: why it is not dialed, what was tried, its chain and all of its columns. */
export function RecordScreen() {
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
          <Title order={1}>{data?.record.phone ?? `Record ${id}`}</Title>
          {data && <StatusMark status={data.record.status} />}
        </Group>
        {data && (
          <Text size="sm" c="dimmed">
            Record {id}, {terms.typeName(data.record.type)}, {data.record.attempts}{' '}
            {data.record.attempts === 1 ? 'attempt' : 'attempts'}, last result: {data.result}
          </Text>
        )}
      </div>
      {history.isPending && <Skeleton h={220} aria-label="Loading the record" />}
      {history.isError && <Failure what="The record cannot be shown" error={history.error} retry={history.refetch} />}
      {data && (
        <div className={classes.columns}>
          <Stack gap="md">
            <WhyNot obstacles={data.obstacles} status={data.record.status} />
            <Attempts attempts={data.attempts} />
            <Timeline timeline={data.timeline} terms={terms} />
            <Chain list={name} chain={data.record.chain} />
          </Stack>
          <Paper component="section" p="md" aria-labelledby="columns-title">
            <Title order={2} id="columns-title" mb="xs">
              Columns
            </Title>
            <dl className={classes.facts}>
              {Object.entries(data.record.columns).map(([column, value]) => (
                <div key={column} className={classes.fact}>
                  <dt>{column}</dt>
                  <dd>
                    <ColumnValue column={column} value={value} terms={terms} />
                  </dd>
                </div>
              ))}
            </dl>
          </Paper>
        </div>
      )}
    </Stack>
  );
}

function WhyNot({ obstacles, status }: { obstacles: readonly Obstacle[]; status: number }) {
  return (
    <Paper component="section" p="md" aria-labelledby="why-title">
      <Title order={2} id="why-title" mb="xs">
        Why it is not dialed
      </Title>
      {obstacles.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing is against it: {status === RETRIEVED ? 'a campaign holds it' : 'it is dialed in its turn'}.
        </Text>
      )}
      <ul className={classes.obstacles}>
        {obstacles.map(({ kind, reason, until }) => (
          <li key={`${kind} ${reason}`} className={classes.obstacle} data-kind={kind}>
            {reason}
            {until !== undefined && (
              <>
                {' Until '}
                <Moment at={until} />.
              </>
            )}
          </li>
        ))}
      </ul>
    </Paper>
  );
}

function Attempts({ attempts }: { attempts: readonly RecordAttempt[] }) {
  return (
    <Paper component="section" aria-labelledby="attempts-title" className={classes.scroll}>
      <Title order={2} id="attempts-title" p="md" pb="xs">
        Attempts
      </Title>
      {attempts.length === 0 ? (
        <Empty title="None yet">Attempts that a rule prevented are told here, too.</Empty>
      ) : (
        <Table aria-label="Attempts">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>Campaign</Table.Th>
              <Table.Th>What came of it</Table.Th>
              <Table.Th>Agent</Table.Th>
              <Table.Th>Talk</Table.Th>
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
                  <Outcome attempt={attempt} />
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

function Outcome({ attempt }: { attempt: RecordAttempt }) {
  if (attempt.blockedBy !== undefined) return <>Not dialed: {attempt.blockedBy}</>;
  const told = attempt.result ?? (attempt.endedAt === undefined ? 'under way' : 'nobody was dialed');
  return (
    <>
      {told}
      {attempt.nobodyFree !== undefined && (
        <Text size="xs" c="dimmed">
          {(100 * attempt.nobodyFree).toFixed(1)} % likely at the dial that nobody would be free
        </Text>
      )}
    </>
  );
}

function talkOf({ connectedAt, endedAt }: RecordAttempt): string {
  return connectedAt === undefined || endedAt === undefined ? '' : formatDuration(endedAt - connectedAt);
}

function Timeline({ timeline, terms }: { timeline: readonly RecordMoment[]; terms: RecordTerms }) {
  return (
    <Paper component="section" aria-labelledby="timeline-title" className={classes.scroll}>
      <Title order={2} id="timeline-title" p="md" pb="xs">
        What became of it
      </Title>
      {timeline.length === 0 ? (
        <Empty title="Nothing yet">Changes of its type, status and result are told here.</Empty>
      ) : (
        <Table aria-label="What became of it">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>When</Table.Th>
              <Table.Th>Status</Table.Th>
              <Table.Th>Type</Table.Th>
              <Table.Th>Result</Table.Th>
              <Table.Th>Scheduled for</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {[...timeline].reverse().map((moment, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: nothing else tells two moments of one millisecond apart
              <MomentRow key={`${moment.at} ${timeline.length - index}`} moment={moment} terms={terms} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

function MomentRow({ moment, terms }: { moment: RecordMoment; terms: RecordTerms }) {
  const { at, type, status, result, scheduledAt, blocked } = moment;
  return (
    <Table.Tr>
      <Table.Td>
        <Moment at={at} />
      </Table.Td>
      {blocked !== undefined ? (
        <Table.Td colSpan={4}>Not dialed: {blocked}</Table.Td>
      ) : (
        <>
          <Table.Td>{status !== undefined && <StatusMark status={status} />}</Table.Td>
          <Table.Td>{type !== undefined && terms.typeName(type)}</Table.Td>
          <Table.Td>{result !== undefined && terms.resultName(result)}</Table.Td>
          <Table.Td>{scheduledAt !== undefined && <Moment at={scheduledAt} />}</Table.Td>
        </>
      )}
    </Table.Tr>
  );
}

function Chain({ list, chain }: { list: string; chain: number }) {
  const [answer] = useRecords([list], 'chain_id', String(chain));
  const records = answer?.data ?? [];
  if (records.length < 2) return null;
  return (
    <Paper component="section" aria-labelledby="chain-title" className={classes.scroll}>
      <Title order={2} id="chain-title" p="md" pb="xs">
        Chain {chain}
      </Title>
      <RecordTable records={records} label="Chain" />
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
