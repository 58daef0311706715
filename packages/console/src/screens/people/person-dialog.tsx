import { Button, Checkbox, Group, Modal, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { type Person, ROLES, type Role, useStorePerson } from '../../api/people.js';
import { useTexts } from '../../i18n/use-texts.js';
import { Failure } from '../../layout/failure.js';
import * as texts from './people.texts.js';

/** Adds a person, or changes one. */
export function PersonDialog({ person, close }: { person: Person | undefined; close: () => void }) {
  const say = useTexts('people', texts);
  const store = useStorePerson();
  const [name, setName] = useState(person?.name ?? '');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<Role[]>(person?.roles ?? []);
  const [enabled, setEnabled] = useState(person?.enabled ?? true);
  const isComplete = name.trim() !== '' && roles.length > 0 && (person !== undefined || password !== '');
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!isComplete) return;
    const stored = { name: name.trim(), roles, enabled, ...(password !== '' && { password }) };
    store.mutate(stored, {
      onSuccess: () => {
        notifications.show({ color: 'teal', message: say('saved', { name: stored.name }) });
        close();
      },
    });
  };
  return (
    <Modal opened onClose={close} title={person ? say('edit', { name: person.name }) : say('add')}>
      <form onSubmit={save}>
        <Stack gap="sm">
          {store.isError && <Failure what={say('notSaved')} error={store.error} />}
          {person === undefined && (
            <TextInput
              {...{ label: say('name'), value: name, required: true, autoComplete: 'off', 'data-autofocus': true }}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <PasswordInput
            {...{ label: say('password'), value: password, autoComplete: 'new-password' }}
            visibilityToggleButtonProps={{ 'aria-label': say('showPassword') }}
            {...(person === undefined ? { required: true } : { description: say('keepPassword') })}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Checkbox.Group
            label={say('roles')}
            value={roles}
            onChange={(chosen) => setRoles(ROLES.filter((role) => chosen.includes(role)))}
          >
            <Stack gap={6} mt={4}>
              {ROLES.map((role) => (
                <Checkbox key={role} value={role} label={say(role)} description={say(`${role}Meaning`)} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Switch
            {...{ label: say('state'), checked: enabled }}
            onChange={(event) => setEnabled(event.currentTarget.checked)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {say('cancel')}
            </Button>
            <Button type="submit" loading={store.isPending} disabled={!isComplete}>
              {say('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
