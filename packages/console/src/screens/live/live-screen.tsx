import { Anchor, Button, Group, SegmentedControl, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { type CallbackState, MOST_LISTED, useCallbacks } from '../../api/callbacks.js';
import { useLiveFeed } from '../../feed/live-feed.js';
import { PlusIcon, SearchIcon } from '../../icons.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { startOfDay } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { AgentPanel } from './agent-panel.js';
import { CallbackTable } from './callback-table.js';
import classes from './live-screen.module.css';
import { inScope, type LiveCallback, SCOPES, type Scope } from './scope.js';
import { StateFigures } from './state-figures.js';
import { useLiveTexts } from './use-live-texts.js';

/** The supervisor's page: what happens to callbacks right now, beside who is there to take them. */
export function LiveScreen() {
  const say = useLiveTexts();
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
        <Title order={1}>{say('title')}</Title>
        <Group gap="sm">
          <TextInput
            size="xs"
            className={classes.find ?? ''}
            aria-label={say('find')}
            placeholder={say('findBy')}
            leftSection={<SearchIcon />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <SegmentedControl
            size="xs"
            aria-label={say('which')}
            data={SCOPES.map((value) => ({ value, label: say(value) }))}
            value={scope}
            onChange={setScope}
          />
          <Button component={Link} to="/book" size="xs" leftSection={<PlusIcon />}>
            {say('book')}
          </Button>
        </Group>
      </Group>
      <StateFigures callbacks={scoped} chosen={state} onChoose={setState} />
      <div className={classes.columns}>
        <div className={classes.main}>
          {callbacks.isPending && <Skeleton h={220} aria-label={say('loading')} />}
          {callbacks.isError && <Failure what={say('notShown')} error={callbacks.error} retry={callbacks.refetch} />}
          {callbacks.data !== undefined && (
            <CallbackTable callbacks={shown} empty={<NothingToShow any={scoped.length > 0} scope={scope} />} />
          )}
          {callbacks.data?.length === MOST_LISTED && (
            <Text size="xs" c="dimmed" mt="xs">
              {say('onlyLast', { count: MOST_LISTED })}
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
  const say = useLiveTexts();
  if (any) {
    return <Empty title={say('noMatch')}>{say('noMatchHelp')}</Empty>;
  }
  return (
    <Empty title={say(scope === 'coming' ? 'nothingComing' : 'nothing')}>
      <Anchor component={Link} to="/book" inherit>
        {say('bookOne')}
      </Anchor>{' '}
      <Coded>{say('orPost')}</Coded>
    </Empty>
  );
}
