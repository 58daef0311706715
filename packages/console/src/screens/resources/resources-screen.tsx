import { Badge, Button, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type ResourceGroup, useResourceGroups, useStoreObject } from '../../api/configured.js';
import { PlusIcon } from '../../icons.js';
import { ConfirmDelete } from '../../layout/confirm-delete.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { DANGER } from '../../theme.js';
import { GroupForm } from './group-form.js';
import { useResourcesTexts } from './use-resources-texts.js';

/** Groups of access numbers, and how one of them is given out. */
export function ResourcesScreen() {
  const say = useResourcesTexts();
  const groups = useResourceGroups();
  const removal = useStoreObject('resources');
  const [editing, setEditing] = useState<ResourceGroup | 'new'>();
  const [deleting, setDeleting] = useState<string>();
  const all = groups.data ?? [];
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Button size="xs" leftSection={<PlusIcon />} onClick={() => setEditing('new')}>
          {say('addGroup')}
        </Button>
      </Group>
      {groups.isPending && <Skeleton h={220} aria-label={say('loading')} />}
      {groups.isError && <Failure what={say('notShown')} error={groups.error} retry={groups.refetch} />}
      {groups.data !== undefined && (
        <Paper style={{ overflow: 'hidden' }}>
          {all.length === 0 ? (
            <Empty title={say('none')}>{say('noneHelp')}</Empty>
          ) : (
            <Table aria-label={say('title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{say('groupName')}</Table.Th>
                  <Table.Th>{say('strategy')}</Table.Th>
                  <Table.Th>{say('members')}</Table.Th>
                  <Table.Th />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {all.map((group) => (
                  <Table.Tr key={group.name}>
                    <Table.Td fw={550}>{group.name}</Table.Td>
                    <Table.Td>
                      <Badge variant="light" color="gray" tt="none">
                        {group.strategy ?? 'RANDOM'}
                      </Badge>
                    </Table.Td>
                    <Table.Td>
                      <Text size="xs" c="dimmed">
                        {say('membersCount', { count: group.members.length })}
                      </Text>
                      <Text size="sm" className="tabular" lineClamp={2}>
                        {group.members.join(', ')}
                      </Text>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={4} justify="flex-end" wrap="nowrap">
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-label={`${say('edit')} ${group.name}`}
                          onClick={() => setEditing(group)}
                        >
                          {say('edit')}
                        </Button>
                        <Button
                          size="compact-xs"
                          variant="default"
                          c={DANGER}
                          aria-label={`${say('delete')} ${group.name}`}
                          onClick={() => setDeleting(group.name)}
                        >
                          {say('delete')}
                        </Button>
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )}
        </Paper>
      )}
      {editing !== undefined && (
        <GroupForm taken={all} onClose={() => setEditing(undefined)} {...(editing !== 'new' && { group: editing })} />
      )}
      {deleting !== undefined && (
        <ConfirmDelete
          title={say('deleteTitle', { name: deleting })}
          help={say('deleteHelp')}
          keep={say('keep')}
          confirm={say('delete')}
          failed={say('notStored')}
          removal={removal}
          onClose={() => setDeleting(undefined)}
          onConfirm={() =>
            removal.mutate(
              { name: deleting, value: undefined },
              {
                onSuccess: () => {
                  notifications.show({ color: 'gray', message: say('deleted', { name: deleting }) });
                  setDeleting(undefined);
                },
              },
            )
          }
        />
      )}
    </Stack>
  );
}
