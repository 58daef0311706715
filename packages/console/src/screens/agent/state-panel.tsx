import { Button, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import type { Desktop } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { With } from '../../layout/with.js';
import { Moment } from '../../time/moment.js';
import classes from './agent.module.css';
import { useAgentTexts } from './use-agent-texts.js';

/** The states that can follow after a call. */
const AFTER = ['logged-out', 'not-ready'] as const;

/** When an agent who is not ready may announce to be so again: what predictive dialing counts on. */
const MINUTES_TO_READY = ['1', '2', '5', '10'];
const SECONDS_PER_MINUTE = 60;

const REASONS = ['Break', 'Lunch', 'Meeting', 'Training', 'Paperwork'] as const;

/** The agent's own state and how to change it. */
export function StatePanel({ desktop, link }: { desktop: Desktop; link: DesktopLink }) {
  const say = useAgentTexts();
  const { state, reason, since } = desktop;
  const known = REASONS.find((one) => one === reason);
  const why = known === undefined ? reason : say(`reason-${known}`);
  const next = AFTER.find((one) => one === desktop.next);
  const change = (wanted: string, because?: string | null) =>
    link.send({ type: 'state', state: wanted, ...(because && { reason: because }) });
  const isOut = state === undefined || state === 'logged-out';
  return (
    <Paper component="section" p="md" aria-labelledby="state-title">
      <Title order={2} id="state-title" mb="xs">
        {say('state')}
      </Title>
      <Stack gap="sm">
        <div role="status" className={classes.state} data-state={state ?? 'unknown'}>
          <span className={classes.dot} />
          <Text fw={600}>{state === undefined ? say('unknown') : say(`state-${state}`)}</Text>
          <Text size="sm" c="dimmed">
            {why !== undefined && `${why} `}
            {since !== undefined && (
              <With text={(time) => say('since', { time })}>
                <Moment at={since} />
              </With>
            )}
          </Text>
        </div>
        {next !== undefined && (
          <Text size="sm" c="dimmed">
            {say(`after-${next}`)}
          </Text>
        )}
        {isOut ? (
          <Button disabled={state === undefined} onClick={() => change('login')}>
            {say('logIn')}
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
                {say('ready')}
              </Button>
              <Button variant="default" aria-keyshortcuts="Alt+N" title="Alt+N" onClick={() => change('not-ready')}>
                {say('notReady')}
              </Button>
              <Button variant="default" onClick={() => change('logout')}>
                {say('logOut')}
              </Button>
            </Group>
            <Select
              size="xs"
              label={say('because')}
              placeholder={say('chooseReason')}
              data={REASONS.map((value) => ({ value, label: say(`reason-${value}`) }))}
              value={state === 'not-ready' ? (known ?? null) : null}
              allowDeselect={false}
              onChange={(chosen) => change('not-ready', chosen)}
            />
            {state === 'not-ready' && (
              <Select
                size="xs"
                label={say('readyAgain')}
                placeholder={say('announce')}
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
