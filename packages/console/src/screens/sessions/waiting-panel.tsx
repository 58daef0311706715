import { Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { SessionDetail } from '../../api/sessions.js';
import { With } from '../../layout/with.js';
import { Moment } from '../../time/moment.js';
import { useSessionsTexts } from './use-sessions-texts.js';
import classes from './waiting-panel.module.css';

/** What is to come: events in the mailbox, delayed events, and actions that are not answered yet. */
export function WaitingPanel({ session }: { session: SessionDetail }) {
  const say = useSessionsTexts();
  const { queue, timers, actions } = session;
  return (
    <Paper component="section" p="md" aria-label={say('waiting')}>
      <Stack gap="md">
        <List title={say('queued')} empty={say('noQueued')}>
          {queue.map(({ at, event }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events have no ids, and the first ones leave first
            <li key={index}>
              <span className={classes.name}>{event}</span>
              <Moment at={at} />
            </li>
          ))}
        </List>
        <List title={say('timers')} empty={say('noTimers')}>
          {timers.map(({ sendId, dueAt, event }) => (
            <li key={`${sendId} ${dueAt} ${event}`}>
              <span className={classes.name}>{event}</span>
              <Moment at={dueAt} />
            </li>
          ))}
        </List>
        <List title={say('actions')} empty={say('noActions')}>
          {actions.map(({ requestId, module, action, since }) => (
            <li key={requestId}>
              <span className={classes.name}>
                {module.slice(module.lastIndexOf('/') + 1)}:{action}
              </span>
              <span>
                <With text={(time) => say('since', { time })}>
                  <Moment at={since} />
                </With>
              </span>
            </li>
          ))}
        </List>
      </Stack>
    </Paper>
  );
}

function List({ title, empty, children }: { title: string; empty: string; children: ReactNode[] }) {
  const say = useSessionsTexts();
  return (
    <div>
      <Title order={2} mb={4}>
        {children.length === 0 ? title : say('titleCount', { title, number: children.length })}
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
