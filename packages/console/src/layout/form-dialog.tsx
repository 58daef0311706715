import { Button, Group, Modal, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { Failure } from './failure.js';

/** A form over the page: its fields, why the last attempt failed, and the ways out. */
export function FormDialog({
  title,
  cancel,
  submit,
  failed,
  request,
  isBusy = request.isPending,
  isDisabled = false,
  onClose,
  onSubmit,
  children,
}: {
  title: string;
  cancel: string;
  submit: string;
  /** Said above the reason when the server refused it. */
  failed: string;
  request: { isPending: boolean; isError: boolean; error: unknown };
  isBusy?: boolean;
  isDisabled?: boolean;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}) {
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        <Stack gap="sm">
          {children}
          {request.isError && <Failure what={failed} error={request.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={isDisabled}>
              {submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
