import { Checkbox, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type Person, ROLES, type Role, useStorePerson } from '../../api/people.js';
import { useTexts } from '../../i18n/use-texts.js';
import { FormDialog } from '../../layout/form-dialog.js';
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
  const save = () => {
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
    <FormDialog
      title={person ? say('edit', { name: person.name }) : say('add')}
      {...{ submit: say('save'), cancel: say('cancel'), failed: say('notSaved') }}
      {...{ request: store, isDisabled: !isComplete, onClose: close, onSubmit: save }}
    >
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
    </FormDialog>
  );
}
