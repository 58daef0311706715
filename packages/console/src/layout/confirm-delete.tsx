import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { Failure } from './failure.js';

/** Asks once before something is deleted; the way back has the focus. */
export function ConfirmDelete({
  title,
  help,
  keep,
  confirm,
  failed,
  removal,
  onClose,
  onConfirm,
}: {
  title: string;
  help: string;
  keep: string;
  confirm: string;
  /** Said above the reason when it was not deleted. */
  failed: string;
  removal: { isPending: boolean; isError: boolean; error: unknown };
  onClose: () => void;
  onConfirm: () => void;
}) {
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="md">
        <Text size="sm">{help}</Text>
        {removal.isError && <Failure what={failed} error={removal.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {keep}
          </Button>
          <Button color="red" loading={removal.isPending} onClick={onConfirm}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
