import { Anchor, Button, Group, Paper, Select, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router-dom';
import {
  SESSION_STATES,
  type SessionFilter,
  type SessionSummary,
  useFlowNames,
  useSessions,
} from '../../api/sessions.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { SessionStateMark } from './session-state.js';
import classes from './sessions-screen.module.css';
import { useSessionsTexts } from './use-sessions-texts.js';

const AGES = ['last-5-minutes', 'last-hour', 'older-hour', 'older-day'] as const;
const AGE_FILTER: Readonly<Record<(typeof AGES)[number], SessionFilter>> = {
  'last-5-minutes': { maxAge: '300' },
  'last-hour': { maxAge: '3600' },
  'older-hour': { minAge: '3600' },
  'older-day': { minAge: '86400' },
};
const FILTERS = ['state', 'application', 'age'] as const;

/** What runs, and what has ended a short while ago; the filters are part of the address. */
export function SessionsScreen() {
  const say = useSessionsTexts();
  const [parameters, setParameters] = useSearchParams();
  const flows = useFlowNames();
  const chosen = (name: (typeof FILTERS)[number]) => parameters.get(name);
  const choose = (name: (typeof FILTERS)[number]) => (value: string | null) => {
    const next = new URLSearchParams(parameters);
    if (value === null) next.delete(name);
    else next.set(name, value);
    setParameters(next, { replace: true });
  };
  const state = chosen('state');
  const application = chosen('application');
  const age = AGES.find((known) => known === chosen('age'));
  const sessions = useSessions({
    ...(state !== null && { state }),
    ...(application !== null && { application }),
    ...(age && AGE_FILTER[age]),
  });
  const listed = sessions.data?.pages.flatMap((page) => page.sessions) ?? [];
  const names = [...new Set([...(flows.data ?? []), ...(application === null ? [] : [application])])];
  const isFiltered = FILTERS.some((name) => chosen(name) !== null);

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Group gap="sm" role="group" aria-label={say('which')}>
          <Select
            {...{ size: 'xs', clearable: true, placeholder: say('anyState'), 'aria-label': say('state') }}
            data={SESSION_STATES.map((value) => ({ value, label: say(`state-${value}`) }))}
            value={state}
            onChange={choose('state')}
          />
          <Select
            {...{ size: 'xs', clearable: true, searchable: true, placeholder: say('anyApplication') }}
            aria-label={say('application')}
            data={names}
            value={application}
            onChange={choose('application')}
          />
          <Select
            {...{ size: 'xs', clearable: true, placeholder: say('anyAge'), 'aria-label': say('age') }}
            data={AGES.map((value) => ({ value, label: say(`age-${value}`) }))}
            value={age ?? null}
            onChange={choose('age')}
          />
        </Group>
      </Group>
      {sessions.isPending && <Skeleton h={220} aria-label={say('loadingSessions')} />}
      {sessions.isError && <Failure what={say('notShown')} error={sessions.error} retry={sessions.refetch} />}
      {sessions.data !== undefined && (
        <Paper style={{ overflow: 'hidden' }}>
          <SessionTable sessions={listed} />
          {listed.length === 0 && <Nothing isFiltered={isFiltered} />}
          {sessions.hasNextPage && (
            <Group justify="center" py="xs">
              <Button
                {...{ size: 'compact-sm', variant: 'default', loading: sessions.isFetchingNextPage }}
                onClick={() => void sessions.fetchNextPage()}
              >
                {say('older')}
              </Button>
            </Group>
          )}
        </Paper>
      )}
    </Stack>
  );
}

function SessionTable({ sessions }: { sessions: readonly SessionSummary[] }) {
  const say = useSessionsTexts();
  return (
    <Table highlightOnHover aria-label={say('title')} className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say('started')}</Table.Th>
          <Table.Th>{say('application')}</Table.Th>
          <Table.Th>{say('state')}</Table.Th>
          <Table.Th>{say('where')}</Table.Th>
          <Table.Th visibleFrom="sm">{say('steps')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sessions.map((session) => (
          <Table.Tr key={session.id} data-session={session.id}>
            <Table.Td>
              <Moment at={session.startedAt} />
            </Table.Td>
            <Table.Td>
              <Anchor component={Link} to={`/sessions/${encodeURIComponent(session.id)}`} size="sm" fw={550}>
                {session.flow}
              </Anchor>{' '}
              <Text span size="xs" c="dimmed">
                v{session.version}
              </Text>
            </Table.Td>
            <Table.Td>
              <SessionStateMark state={session.state} />
            </Table.Td>
            <Table.Td className={classes.where ?? ''}>
              {session.reason ??
                (session.configuration.join(', ') || (
                  <Text span c="dimmed" size="sm">
                    {say('notBegun')}
                  </Text>
                ))}
            </Table.Td>
            <Table.Td visibleFrom="sm" className="tabular">
              {session.step}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  const say = useSessionsTexts();
  if (isFiltered) return <Empty title={say('noMatch')}>{say('noMatchHelp')}</Empty>;
  return (
    <Empty title={say('none')}>
      <Coded>{say('noneHelp')}</Coded>
    </Empty>
  );
}
