import { Anchor, Button, Group, Paper, Select, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { Link, useSearchParams } from 'react-router-dom';
import {
  SESSION_STATES,
  type SessionFilter,
  type SessionSummary,
  useFlowNames,
  useSessions,
} from '../../api/sessions.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { SessionStateMark } from './session-state.js';
import classes from './sessions-screen.module.css';

const AGES: Readonly<Record<string, { label: string; filter: SessionFilter }>> = {
  'last-5-minutes': { label: 'Last 5 minutes', filter: { maxAge: '300' } },
  'last-hour': { label: 'Last hour', filter: { maxAge: '3600' } },
  'older-hour': { label: 'Older than an hour', filter: { minAge: '3600' } },
  'older-day': { label: 'Older than a day', filter: { minAge: '86400' } },
};
const FILTERS = ['state', 'application', 'age'] as const;

/** What runs, and what has ended a short while ago; the filters are part of the address. */
export function SessionsScreen() {
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
  const sessions = useSessions({
    ...(state !== null && { state }),
    ...(application !== null && { application }),
    ...AGES[chosen('age') ?? '']?.filter,
  });
  const listed = sessions.data?.pages.flatMap((page) => page.sessions) ?? [];
  const names = [...new Set([...(flows.data ?? []), ...(application === null ? [] : [application])])];
  const isFiltered = FILTERS.some((name) => chosen(name) !== null);

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>Sessions</Title>
        <Group gap="sm" role="group" aria-label="Which sessions">
          <Select
            {...{ size: 'xs', clearable: true, placeholder: 'Any state', 'aria-label': 'State' }}
            data={[...SESSION_STATES]}
            value={state}
            onChange={choose('state')}
          />
          <Select
            {...{ size: 'xs', clearable: true, searchable: true, placeholder: 'Any application' }}
            aria-label="Application"
            data={names}
            value={application}
            onChange={choose('application')}
          />
          <Select
            {...{ size: 'xs', clearable: true, placeholder: 'Any age', 'aria-label': 'Age' }}
            data={Object.entries(AGES).map(([value, { label }]) => ({ value, label }))}
            value={chosen('age')}
            onChange={choose('age')}
          />
        </Group>
      </Group>
      {sessions.isPending && <Skeleton h={220} aria-label="Loading sessions" />}
      {sessions.isError && (
        <Failure what="The sessions cannot be shown" error={sessions.error} retry={sessions.refetch} />
      )}
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
                Show older ones
              </Button>
            </Group>
          )}
        </Paper>
      )}
    </Stack>
  );
}

function SessionTable({ sessions }: { sessions: readonly SessionSummary[] }) {
  return (
    <Table highlightOnHover aria-label="Sessions" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Started</Table.Th>
          <Table.Th>Application</Table.Th>
          <Table.Th>State</Table.Th>
          <Table.Th>Where it stands</Table.Th>
          <Table.Th visibleFrom="sm">Steps</Table.Th>
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
                    not begun
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
  if (isFiltered) return <Empty title="No session matches">Choose another state, application or age.</Empty>;
  return (
    <Empty title="No sessions yet">
      A callback starts one, a call to a DN with an application, and <code>/scxml/session/start</code>.
    </Empty>
  );
}
