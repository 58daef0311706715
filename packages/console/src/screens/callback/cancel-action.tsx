import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { type Callback, cancelCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { Failure } from '../../layout/failure.js';

/** Cancels a callback after asking once. */
export function CancelAction({ callback }: { callback: Callback }) {
  const [opened, { open, close }] = useDisclosure(false);
  const changed = useCallbacksChanged();
  const cancel = useMutation({
    mutationFn: () => cancelCallback(callback),
    onSuccess: () => {
      close();
      notifications.show({ color: 'gray', message: `The callback to ${callback.customerNumber} is cancelled.` });
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
        Cancel callback
      </Button>
      <Modal opened={opened} onClose={close} title="Cancel this callback?" centered>
        <Stack gap="md">
          <Text size="sm">
            {callback.customerNumber} will not be called. A call that is under way is ended. This cannot be undone.
          </Text>
          {cancel.isError && <Failure what="The callback was not cancelled" error={cancel.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              Cancel callback
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
