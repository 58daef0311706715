import { Button, Group, NavLink, Paper, Skeleton, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type PatternGroup, usePatternGroups, useStoreObject } from '../../api/configured.js';
import { PlusIcon } from '../../icons.js';
import { ConfirmDelete } from '../../layout/confirm-delete.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { DANGER } from '../../theme.js';
import { AddGroup } from './add-group.js';
import { matchingNames } from './expression.js';
import { PatternTable } from './pattern-table.js';
import classes from './patterns.module.css';
import { usePatternsTexts } from './use-patterns-texts.js';

/** Groups of patterns at the left, the patterns of one at the right, and a field to try them with. */
export function PatternsScreen() {
  const say = usePatternsTexts();
  const groups = usePatternGroups();
  const [chosen, setChosen] = useState<string>();
  const [adding, { open, close }] = useDisclosure(false);
  const all = groups.data ?? [];
  const group = all.find(({ name }) => name === chosen) ?? all[0];
  const refresh = async () => {
    const { isSuccess } = await groups.refetch();
    if (isSuccess) notifications.show({ color: 'gray', message: say('refreshed') });
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => void refresh()}>
            {say('refresh')}
          </Button>
          <Button size="xs" leftSection={<PlusIcon />} onClick={open}>
            {say('addGroup')}
          </Button>
        </Group>
      </Group>
      {groups.isPending && <Skeleton h={260} aria-label={say('loading')} />}
      {groups.isError && <Failure what={say('notShown')} error={groups.error} retry={groups.refetch} />}
      {groups.data !== undefined && group === undefined && (
        <Paper>
          <Empty title={say('none')}>{say('noneHelp')}</Empty>
        </Paper>
      )}
      {group !== undefined && (
        <div className={classes.columns}>
          <Paper component="nav" p="xs" aria-label={say('groups')}>
            {all.map(({ name, patterns }) => (
              <NavLink
                key={name}
                component="button"
                active={name === group.name}
                aria-current={name === group.name}
                label={name}
                rightSection={
                  <Text size="xs" c="dimmed">
                    {Object.keys(patterns).length}
                  </Text>
                }
                onClick={() => setChosen(name)}
              />
            ))}
          </Paper>
          <GroupPanel key={group.name} group={group} />
        </div>
      )}
      {adding && <AddGroup taken={all} onClose={close} onAdded={setChosen} />}
    </Stack>
  );
}

function GroupPanel({ group }: { group: PatternGroup }) {
  const say = usePatternsTexts();
  const store = useStoreObject('patterns');
  const [text, setText] = useState('');
  const [deleting, { open, close }] = useDisclosure(false);
  const matching = matchingNames(group.patterns, text);
  return (
    <Stack gap="md">
      <Paper p="md" component="section" aria-labelledby="try-title">
        <Title order={2} id="try-title" mb={4}>
          {say('tryIt')}
        </Title>
        <TextInput
          size="sm"
          maw={360}
          aria-labelledby="try-title"
          description={say('tryHelp')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Text size="sm" mt="xs" role="status">
          {text !== '' &&
            (matching.size === 0
              ? say('matchesNone')
              : say('matches', { count: matching.size, names: [...matching].join(', ') }))}
        </Text>
      </Paper>
      <Paper p="md" component="section" aria-labelledby="group-title">
        <Group justify="space-between" mb="xs">
          <Title order={2} id="group-title">
            {group.name}
          </Title>
          <Button size="compact-sm" variant="default" c={DANGER} onClick={open}>
            {say('deleteGroup')}
          </Button>
        </Group>
        <PatternTable group={group} matching={matching} />
      </Paper>
      {deleting && (
        <ConfirmDelete
          title={say('deleteGroupTitle', { name: group.name })}
          help={say('deleteGroupHelp')}
          keep={say('keep')}
          confirm={say('confirmDelete')}
          failed={say('notStored')}
          removal={store}
          onClose={close}
          onConfirm={() =>
            store.mutate(
              { name: group.name, value: undefined },
              { onSuccess: () => notifications.show({ color: 'gray', message: say('deletedGroup') }) },
            )
          }
        />
      )}
    </Stack>
  );
}
