import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SessionDetail } from '../../api/sessions.js';
import { Moment } from '../../time/moment.js';
import classes from './waiting-panel.module.css';

/** What is to come: events in the mailbox, delayed events, and actions that are not answered yet. */
export function WaitingPanel({ session }: { session: SessionDetail }) {
  const { queue, timers, actions } = session;
  return (
    <Paper component="section" p="md" aria-label="Waiting">
      <Stack gap="md">
        <List title="Queued events" empty="No event waits.">
          {queue.map(({ at, event }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no ids, and the first ones leave first
            <li key={index}>
              <span className={classes.name}>{event}</span>
              <Moment at={at} />
            </li>
          ))}
        </List>
        <List title="Timers" empty="No timer runs.">
          {timers.map(({ sendId, dueAt, event }) => (
            <li key={`${sendId} ${dueAt} ${event}`}>
              <span className={classes.name}>{event}</span>
              <Moment at={dueAt} />
            </li>
          ))}
        </List>
        <List title="Pending actions" empty="No action is under way.">
          {actions.map(({ requestId, module, action, since }) => (
            <li key={requestId}>
              <span className={classes.name}>
                {module.slice(module.lastIndexOf('/') + 1)}:{action}
              </span>
              <span>
                since <Moment at={since} />
              </span>
            </li>
          ))}
        </List>
      </Stack>
    </Paper>
  );
}

function List({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) {
  return (
    <div>
      <Title order={2} mb={4}>
        {title}
        {children.length > 0 && ` (${children.length})`}
      </Title>
      {children.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <ul className={classes.list}>{children}</ul>
      )}
    </div>
  );
}
