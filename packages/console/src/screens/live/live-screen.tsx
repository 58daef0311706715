import { Anchor, Button, Group, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { type CallbackState, MOST_LISTED, useCallbacks } from '../../api/callbacks.js';
import { useLiveFeed } from '../../feed/live-feed.js';
import { PlusIcon, SearchIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { startOfDay } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { AgentPanel } from './agent-panel.js';
import { CallbackTable } from './callback-table.js';
import classes from './live-screen.module.css';
import { inScope, type LiveCallback, SCOPE_LABEL, SCOPES, type Scope } from './scope.js';
import { StateFigures } from './state-figures.js';

/** The supervisor's page: what happens to callbacks right now, beside who is there to take them. */
export function LiveScreen() {
  const callbacks = useCallbacks();
  const { activity } = useLiveFeed();
  const [scope, setScope] = useState<Scope>('today');
  const [state, setState] = useState<CallbackState>();
  const [wanted, setWanted] = useState('');
  const today = startOfDay(useNow());

  const scoped = useMemo(
    () => inScope(callbacks.data ?? [], scope, activity, today),
    [callbacks.data, scope, activity, today],
  );
  const shown = useMemo(
    () => scoped.filter((callback) => (state === undefined || callback.state === state) && matches(callback, wanted)),
    [scoped, state, wanted],
  );

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>Callbacks</Title>
        <Group gap="sm">
          <TextInput
            size="xs"
            className={classes.find ?? ''}
            aria-label="Find a callback"
            placeholder="Number, name, service, id"
            leftSection={<SearchIcon />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label="Which callbacks"
            data={SCOPES.map((value) => ({ value, label: SCOPE_LABEL[value] }))}
            value={scope}
            onChange={setScope}
          />
          <Button component={Link} to="/book" size="xs" leftSection={<PlusIcon />}>
            Book a callback
          </Button>
        </Group>
      </Group>
      <StateFigures callbacks={scoped} chosen={state} onChoose={setState} />
      <div className={classes.columns}>
        <div className={classes.main}>
          {callbacks.isPending && <Skeleton h={220} aria-label="Loading callbacks" />}
          {callbacks.isError && (
            <Failure what="The callbacks cannot be shown" error={callbacks.error} retry={callbacks.refetch} />
          )}
          {callbacks.data !== undefined && (
            <CallbackTable callbacks={shown} empty={<NothingToShow any={scoped.length > 0} scope={scope} />} />
          )}
          {callbacks.data?.length === MOST_LISTED && (
            <Text size="xs" c="dimmed" mt="xs">
              Only the {MOST_LISTED} callbacks that were booked last are counted and shown.
            </Text>
          )}
        </div>
        <AgentPanel />
      </div>
    </Stack>
  );
}

function matches(callback: LiveCallback, wanted: string): boolean {
  const sought = wanted.trim().toLowerCase();
  return sought === '' || Object.values(callback.record).some((value) => value.toLowerCase().includes(sought));
}

function NothingToShow({ any, scope }: { any: boolean; scope: Scope }) {
  if (any) {
    return <Empty title="No callback matches">Clear the search field, or choose the highlighted state again.</Empty>;
  }
  return (
    <Empty title={scope === 'coming' ? 'Nothing is scheduled for the coming days' : 'No callbacks yet'}>
      <Anchor component={Link} to="/book" inherit>
        Book one
      </Anchor>{' '}
      here, or let an app post to <code>/genesys/1/service/callback/…</code>: it appears at once.
    </Empty>
  );
}
