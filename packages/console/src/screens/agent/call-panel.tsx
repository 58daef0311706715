import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import type { Desktop } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { Moment } from '../../time/moment.js';
import classes from './agent.module.css';
import { Facts } from './facts.js';

const EVENT_TEXT: Readonly<Record<string, string>> = {
  dialing: 'Your phone is being called',
  ringing: 'Your phone rings',
  answered: 'On the line',
  joined: 'Talking',
};

/** The call at the agent's phone, and the data that is attached to it. */
export function CallPanel({ desktop: { call }, link }: { desktop: Desktop; link: DesktopLink }) {
  const isRinging = call?.event === 'ringing' || call?.event === 'dialing';
  return (
    <Paper component="section" p="md" aria-labelledby="call-title">
      <Title order={2} id="call-title" mb="xs">
        Call
      </Title>
      {call === undefined ? (
        <Text size="sm" c="dimmed">
          None.
        </Text>
      ) : (
        <Stack gap="sm">
          <Text size="sm" role="status">
            <strong>{EVENT_TEXT[call.event] ?? call.event}</strong>
            {call.at !== undefined && (
              <>
                {' '}
                since <Moment at={call.at} />
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
                Answer
              </Button>
            )}
            <Button
              variant="light"
              color="red"
              aria-keyshortcuts="Alt+H"
              title="Alt+H"
              onClick={() => link.send({ type: 'hangup' })}
            >
              Hang up
            </Button>
          </Group>
          {Object.keys(call.data).length > 0 && (
            <details className={classes.details}>
              <summary>Call data</summary>
              <Facts members={call.data} />
            </details>
          )}
        </Stack>
      )}
    </Paper>
  );
}
