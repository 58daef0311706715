import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { type Callback, cancelCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { Failure } from '../../layout/failure.js';
import { useCallbackTexts } from './use-callback-texts.js';

/** Cancels a callback after asking once. */
export function CancelAction({ callback }: { callback: Callback }) {
  const say = useCallbackTexts();
  const [opened, { open, close }] = useDisclosure(false);
  const changed = useCallbacksChanged();
  const cancel = useMutation({
    mutationFn: () => cancelCallback(callback),
    onSuccess: () => {
      close();
      notifications.show({ color: 'gray', message: say('cancelled', { number: callback.customerNumber }) });
    },
    onSettled: () => changed(callback.id),
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          cancel.reset();
          open();
        }}
      >
        {say('cancel')}
      </Button>
      <Modal opened={opened} onClose={close} title={say('cancelTitle')} centered>
        <Stack gap="md">
          <Text size="sm">{say('cancelHelp', { number: callback.customerNumber })}</Text>
          {cancel.isError && <Failure what={say('notCancelled')} error={cancel.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              {say('keep')}
            </Button>
            <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {say('cancel')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
