import { Button, Group, Popover, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useDeletePerson } from '../../api/people.js';
import { useTexts } from '../../i18n/use-texts.js';
import { Failure } from '../../layout/failure.js';
import * as texts from './people.texts.js';

/** Deletes a person after a second thought. */
export function RemovePerson({ name }: { name: string }) {
  const say = useTexts('people', texts);
  const [isOpen, setOpen] = useState(false);
  const remove = useDeletePerson();
  const confirm = () =>
    remove.mutate(name, {
      onSuccess: () => notifications.show({ color: 'teal', message: say('removed', { name }) }),
    });
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus withArrow position="bottom-end">
      <Popover.Target>
        <Button
          {...{ size: 'compact-sm', variant: 'default', color: 'red' }}
          aria-label={say('removeName', { name })}
          onClick={() => setOpen(true)}
        >
          {say('remove')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="xs">
          {remove.isError && <Failure what={say('notRemoved')} error={remove.error} />}
          <Text size="sm">{say('sure', { name })}</Text>
          <Group justify="flex-end" gap="xs">
            <Button size="compact-sm" variant="default" onClick={() => setOpen(false)}>
              {say('cancel')}
            </Button>
            <Button size="compact-sm" color="red" loading={remove.isPending} onClick={confirm}>
              {say('remove')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
