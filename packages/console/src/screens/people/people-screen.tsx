import { Badge, Button, Group, Paper, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { type Person, usePeople } from '../../api/people.js';
import { useTexts } from '../../i18n/use-texts.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import * as texts from './people.texts.js';
import { PersonDialog } from './person-dialog.js';
import { RemovePerson } from './remove-person.js';

/** Who may log in with a password, and what they may do. */
export function PeopleScreen() {
  const say = useTexts('people', texts);
  const people = usePeople();
  const [edited, setEdited] = useState<Person>();
  const [isOpen, { open, close }] = useDisclosure(false);
  const edit = (person: Person | undefined) => {
    setEdited(person);
    open();
  };
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <div>
          <Title order={1}>{say('title')}</Title>
          <Text size="sm" c="dimmed">
            {say('intro')}
          </Text>
        </div>
        <Button onClick={() => edit(undefined)}>{say('add')}</Button>
      </Group>
      {people.isPending && <Skeleton h={160} aria-label={say('loading')} />}
      {people.isError && <Failure what={say('failed')} error={people.error} retry={people.refetch} />}
      {people.data?.length === 0 && <Empty title={say('nobody')}>{say('nobodyHint')}</Empty>}
      {people.data !== undefined && people.data.length > 0 && (
        <Paper style={{ overflowX: 'auto' }}>
          <Table highlightOnHover aria-label={say('title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('name')}</Table.Th>
                <Table.Th>{say('roles')}</Table.Th>
                <Table.Th>{say('state')}</Table.Th>
                <Table.Th aria-label={say('actions')} />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {people.data.map((person) => (
                <Table.Tr key={person.name}>
                  <Table.Th scope="row">{person.name}</Table.Th>
                  <Table.Td>
                    <Group gap={6}>
                      {person.roles.map((role) => (
                        <Badge key={role} variant="light" tt="none">
                          {say(role)}
                        </Badge>
                      ))}
                    </Group>
                  </Table.Td>
                  <Table.Td>{say(person.enabled ? 'yes' : 'no')}</Table.Td>
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button
                        {...{ size: 'compact-sm', variant: 'default' }}
                        aria-label={say('edit', { name: person.name })}
                        onClick={() => edit(person)}
                      >
                        {say('change')}
                      </Button>
                      <RemovePerson name={person.name} />
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      {isOpen && <PersonDialog person={edited} close={close} />}
    </Stack>
  );
}
