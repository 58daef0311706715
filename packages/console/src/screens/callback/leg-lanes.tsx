import { Box, Group, Paper, Text, Title } from '@mantine/core';
import { formatDuration, formatTime } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import classes from './leg-lanes.module.css';
import type { CallLeg } from './legs.js';
import { type SayCallback, useCallbackTexts } from './use-callback-texts.js';

const PHASES = ['ringing', 'answered', 'joined'] as const;

/** The call legs above one another on a common time axis: who rang, waited and talked when. */
export function LegLanes({ legs, over }: { legs: readonly CallLeg[]; over: boolean }) {
  const say = useCallbackTexts();
  const now = useNow();
  const start = Math.min(...legs.map((leg) => leg.startedAt));
  const ends = legs.map((leg) => leg.endedAt ?? (over ? leg.startedAt : now));
  const end = Math.max(...ends, start + 1_000);
  const at = (instant: number) => `${((Math.min(Math.max(instant, start), end) - start) / (end - start)) * 100}%`;

  return (
    <Paper component="section" p="md" aria-labelledby="legs-title">
      <Group justify="space-between" mb="sm" gap="xs">
        <Title order={2} id="legs-title">
          {say('legs')}
        </Title>
        <Group gap="md" aria-hidden="true">
          {PHASES.map((name) => (
            <span key={name} className={classes.legend}>
              <span className={classes.key} data-phase={name} />
              {say(name)}
            </span>
          ))}
        </Group>
      </Group>
      <ul className={classes.lanes}>
        {legs.map((leg) => {
          const legEnd = leg.endedAt ?? (over ? leg.startedAt : now);
          const answered = leg.answeredAt ?? legEnd;
          const joined = leg.joinedAt ?? legEnd;
          return (
            <li key={leg.id} className={classes.lane}>
              <span className={classes.who}>
                <Text component="span" size="xs" fw={550}>
                  {partyName(leg, say)}
                </Text>{' '}
                <Text component="span" size="xs" c="dimmed" className="tabular">
                  {leg.number}
                </Text>
              </span>
              <Box
                className={classes.axis}
                role="img"
                aria-label={inWords(leg, legEnd, say)}
                title={inWords(leg, legEnd, say)}
              >
                <Phase name="ringing" left={at(leg.startedAt)} right={at(answered)} />
                {leg.answeredAt !== undefined && <Phase name="answered" left={at(leg.answeredAt)} right={at(joined)} />}
                {leg.joinedAt !== undefined && <Phase name="joined" left={at(leg.joinedAt)} right={at(legEnd)} />}
              </Box>
            </li>
          );
        })}
      </ul>
      <Group justify="space-between" className={classes.scale}>
        <span>{formatTime(start)}</span>
        <span>{formatDuration(end - start)}</span>
        <span>{formatTime(end)}</span>
      </Group>
    </Paper>
  );
}

function Phase({ name, left, right }: { name: (typeof PHASES)[number]; left: string; right: string }) {
  return <span className={classes.phase} data-phase={name} style={{ left, width: `calc(${right} - ${left})` }} />;
}

function partyName(leg: CallLeg, say: SayCallback): string {
  if (leg.role === 'agent') return `${say('agent')} ${leg.agent ?? ''}`.trim();
  return say(leg.role === 'inbound' ? 'caller' : 'customer');
}

function inWords(leg: CallLeg, end: number, say: SayCallback): string {
  const parts = [say('rang', { duration: formatDuration((leg.answeredAt ?? end) - leg.startedAt) })];
  if (leg.answeredAt !== undefined) parts.push(say('onLine', { duration: formatDuration(end - leg.answeredAt) }));
  if (leg.joinedAt !== undefined) parts.push(say('talked', { duration: formatDuration(end - leg.joinedAt) }));
  if (leg.cause !== undefined) parts.push(say('ended', { cause: leg.cause }));
  return `${partyName(leg, say)} ${leg.number}: ${parts.join(', ')}`;
}
