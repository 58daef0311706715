import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import type { AgentState } from '../../api/agents.js';
import type { Desktop } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { Moment } from '../../time/moment.js';
import classes from './agent.module.css';

const STATE_TEXT: Readonly<Record<AgentState, string>> = {
  'logged-out': 'Logged out',
  'not-ready': 'Not ready',
  ready: 'Ready',
  reserved: 'Reserved',
  busy: 'On a call',
  'after-call-work': 'After-call work',
};

/** When an agent who is not ready may announce to be so again: what predictive dialing counts on. */
const MINUTES_TO_READY = ['1', '2', '5', '10'];
const SECONDS_PER_MINUTE = 60;

const REASONS = ['Break', 'Lunch', 'Meeting', 'Training', 'Paperwork'];

/** The agent's own state and how to change it. */
export function StatePanel({ desktop, link }: { desktop: Desktop; link: DesktopLink }) {
  const { state, reason, since, next } = desktop;
  const change = (wanted: string, why?: string | null) =>
    link.send({ type: 'state', state: wanted, ...(why && { reason: why }) });
  const isOut = state === undefined || state === 'logged-out';
  return (
    <Paper component="section" p="md" aria-labelledby="state-title">
      <Title order={2} id="state-title" mb="xs">
        State
      </Title>
      <Stack gap="sm">
        <div role="status" className={classes.state} data-state={state ?? 'unknown'}>
          <span className={classes.dot} />
          <Text fw={600}>{state === undefined ? 'Unknown' : STATE_TEXT[state]}</Text>
          <Text size="sm" c="dimmed">
            {reason !== undefined && `${reason} `}
            {since !== undefined && (
              <>
                since <Moment at={since} />
              </>
            )}
          </Text>
        </div>
        {next !== undefined && (
          <Text size="sm" c="dimmed">
            After the call: {next}
          </Text>
        )}
        {isOut ? (
          <Button disabled={state === undefined} onClick={() => change('login')}>
            Log in
          </Button>
        ) : (
          <>
            <Group gap="xs">
              <Button
                disabled={state === 'ready'}
                color="teal"
                aria-keyshortcuts="Alt+R"
                title="Alt+R"
                onClick={() => change('ready')}
              >
                Ready
              </Button>
              <Button variant="default" aria-keyshortcuts="Alt+N" title="Alt+N" onClick={() => change('not-ready')}>
                Not ready
              </Button>
              <Button variant="default" onClick={() => change('logout')}>
                Log out
              </Button>
            </Group>
            <Select
              size="xs"
              label="Not ready, because of"
              placeholder="Choose a reason"
              data={REASONS}
              value={state === 'not-ready' && reason !== undefined && REASONS.includes(reason) ? reason : null}
              allowDeselect={false}
              onChange={(why) => change('not-ready', why)}
            />
            {state === 'not-ready' && (
              <Select
                size="xs"
                label="Ready again in (minutes)"
                placeholder="Announce it to the dialer"
                data={MINUTES_TO_READY}
                value={null}
                onChange={(minutes) =>
                  minutes !== null &&
                  link.userEvent('ReadyTime', { GSW_READY_TIME: Number(minutes) * SECONDS_PER_MINUTE })
                }
              />
            )}
          </>
        )}
      </Stack>
    </Paper>
  );
}
