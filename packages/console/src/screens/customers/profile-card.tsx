import { Button, Group, Paper, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import {
  asTexts,
  type Customer,
  changeCustomer,
  useCustomersChanged,
  useProfileAttributes,
} from '../../api/customers.js';
import { Facts } from '../../layout/facts.js';
import { FormDialog } from '../../layout/form-dialog.js';
import { useCustomersTexts } from './use-customers-texts.js';

/** The profile and its extensions; what may be changed is for the server to say. */
export function ProfileCard({ customer }: { customer: Customer }) {
  const say = useCustomersTexts();
  return (
    <Paper component="section" p="md" aria-labelledby="profile-title">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="profile-title">
          {say('profile')}
        </Title>
        <EditAction customer={customer} />
      </Group>
      <Facts members={{ ...customer.attributes, [say('id')]: customer.id }} />
      {Object.entries(customer.extensions).map(([name, records]) => (
        <section key={name} aria-label={name}>
          <Text fw={550} size="sm" mt="sm" mb={4}>
            {name}
          </Text>
          {records.map((record) => (
            <Facts key={JSON.stringify(record)} members={asTexts(record)} />
          ))}
        </section>
      ))}
    </Paper>
  );
}

function EditAction({ customer }: { customer: Customer }) {
  const say = useCustomersTexts();
  const [opened, { open, close }] = useDisclosure(false);
  const [changes, setChanges] = useState<Readonly<Record<string, string>>>({});
  const defined = useProfileAttributes();
  const changed = useCustomersChanged();
  const save = useMutation({
    mutationFn: () => changeCustomer(customer.id, changes),
    onSuccess: () => {
      close();
      notifications.show({ color: 'teal', message: say('changed') });
    },
    onSettled: () => changed(customer.id),
  });
  const names = new Set([...(defined.data ?? []).map(({ name }) => name), ...Object.keys(customer.attributes)]);
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          save.reset();
          setChanges({});
          open();
        }}
      >
        {say('edit')}
      </Button>
      {opened && (
        <FormDialog
          {...{ title: say('editProfile'), submit: say('save'), cancel: say('close'), failed: say('notChanged') }}
          {...{ request: save, isDisabled: Object.keys(changes).length === 0 }}
          {...{ onClose: close, onSubmit: save.mutate }}
        >
          {[...names].map((name) => (
            <TextInput
              key={name}
              label={name}
              required={defined.data?.find((attribute) => attribute.name === name)?.mandatory ?? false}
              value={changes[name] ?? customer.attributes[name] ?? ''}
              onChange={(event) => {
                const { value } = event.currentTarget;
                setChanges((before) => ({ ...before, [name]: value }));
              }}
            />
          ))}
        </FormDialog>
      )}
    </>
  );
}
