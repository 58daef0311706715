import { Paper, Title } from '@mantine/core';
import { AGENT_STATES, useAgentStates, useAgents } from '../../api/agents.js';
import { CALL_STAGES, useCampaignCalls } from '../../api/campaigns.js';
import classes from './floor-picture.module.css';
import { useCampaignsTexts } from './use-campaigns-texts.js';

/** More marks than these say nothing more; the counts go on. */
const MOST_MARKS = 120;

/** The agents of a campaign group and its lines right now: one mark for each, in the colour of its state. */
export function FloorPicture({ name, agentGroup }: { name: string; agentGroup: string }) {
  const say = useCampaignsTexts();
  const agents = useAgents();
  const states = useAgentStates();
  const calls = useCampaignCalls(name);
  const own = (agents.data ?? []).filter(({ groups }) => groups.includes(agentGroup));
  const present = own.flatMap(({ id }) => {
    const state = states.data?.get(id)?.state ?? 'logged-out';
    return state === 'logged-out' ? [] : [state];
  });
  const agentCounts = AGENT_STATES.flatMap((state) => {
    const count = present.filter((one) => one === state).length;
    return count > 0 ? [{ state, count, text: say(state) }] : [];
  });
  const lineCounts = CALL_STAGES.flatMap((state) => {
    const count = calls.data?.[state] ?? 0;
    return count > 0 ? [{ state, count, text: say(state === 'answered' ? 'answeredLines' : state) }] : [];
  });
  return (
    <Paper component="section" p="sm" aria-label={say('floorOf', { name })}>
      <Title order={2} mb={6}>
        {name}
      </Title>
      <div className={classes.picture}>
        <Row
          label={say('agents')}
          counts={agentCounts}
          none={say(states.data && agents.data ? 'nobodyLoggedIn' : 'unknown')}
          isLine={false}
        />
        <Row label={say('lines')} counts={lineCounts} none={say(calls.data ? 'noCalls' : 'unknown')} isLine />
      </div>
    </Paper>
  );
}

interface RowProps {
  label: string;
  counts: readonly { state: string; count: number; text: string }[];
  none: string;
  isLine: boolean;
}

function Row({ label, counts, none, isLine }: RowProps) {
  const say = useCampaignsTexts();
  const told = counts.map(({ count, text }) => say('marks', { count, what: text })).join(say('comma'));
  const marks = counts.flatMap(({ state, count }) =>
    Array.from({ length: Math.min(count, MOST_MARKS) }, (_, place) => ({ key: `${state} ${place}`, state })),
  );
  return (
    <div className={classes.row}>
      <span className={classes.label}>{label}</span>
      <span className={classes.marks} aria-hidden="true">
        {marks.slice(0, MOST_MARKS).map(({ key, state }) => (
          <span key={key} className={classes.mark} data-state={state} data-line={isLine || undefined} />
        ))}
      </span>
      <span className={classes.counts}>{told === '' ? none : told}</span>
    </div>
  );
}
