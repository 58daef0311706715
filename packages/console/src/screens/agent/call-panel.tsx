import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { asTexts } from '../../api/customers.js';
import type { Desktop } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { Facts } from '../../layout/facts.js';
import { With } from '../../layout/with.js';
import { Moment } from '../../time/moment.js';
import classes from './agent.module.css';
import { useAgentTexts } from './use-agent-texts.js';

const EVENTS = ['dialing', 'ringing', 'answered', 'joined'] as const;

/** The call at the agent's phone, and the data that is attached to it. */
export function CallPanel({ desktop: { call }, link }: { desktop: Desktop; link: DesktopLink }) {
  const say = useAgentTexts();
  const event = EVENTS.find((known) => known === call?.event);
  const isRinging = call?.event === 'ringing' || call?.event === 'dialing';
  return (
    <Paper component="section" p="md" aria-labelledby="call-title">
      <Title order={2} id="call-title" mb="xs">
        {say('call')}
      </Title>
      {call === undefined ? (
        <Text size="sm" c="dimmed">
          {say('none')}
        </Text>
      ) : (
        <Stack gap="sm">
          <Text size="sm" role="status">
            <strong>{event === undefined ? call.event : say(`call-${event}`)}</strong>
            {call.at !== undefined && (
              <>
                {' '}
                <With text={(time) => say('since', { time })}>
                  <Moment at={call.at} />
                </With>
              </>
            )}
          </Text>
          <Group gap="xs">
            {isRinging && (
              <Button
                color="teal"
                aria-keyshortcuts="Alt+A"
                title="Alt+A"
                onClick={() => link.send({ type: 'answer' })}
              >
                {say('answer')}
              </Button>
            )}
            <Button
              variant="light"
              color="red"
              aria-keyshortcuts="Alt+H"
              title="Alt+H"
              onClick={() => link.send({ type: 'hangup' })}
            >
              {say('hangUp')}
            </Button>
          </Group>
          {Object.keys(call.data).length > 0 && (
            <details className={classes.details}>
              <summary>{say('callData')}</summary>
              <Facts members={asTexts(call.data)} />
            </details>
          )}
        </Stack>
      )}
    </Paper>
  );
}
