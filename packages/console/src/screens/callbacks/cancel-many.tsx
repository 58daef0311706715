import { Button, Checkbox, Group, Modal, Stack, Table, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type CallbackFilter, everyCallback } from '../../api/callback-search.js';
import type { Callback } from '../../api/callbacks.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

/** Asks before many are cancelled: those that are ticked, or all that match the filter. */
export function CancelMany({
  callbacks,
  filter,
  onClose,
  onConfirm,
}: {
  callbacks: readonly Callback[];
  filter: CallbackFilter;
  onClose: () => void;
  onConfirm: (ids: readonly string[]) => void;
}) {
  const say = useCallbacksTexts();
  const [all, setAll] = useState(false);
  const listed = all ? [] : callbacks;
  const find = useMutation({
    mutationFn: () => everyCallback(filter),
    onSuccess: (found) => onConfirm(found.map(({ id }) => id)),
  });
  return (
    <Modal opened onClose={onClose} title={say('cancel')} size="lg" centered>
      <Stack gap="md">
        <Text size="sm">{say('cancelWarning')}</Text>
        <div style={{ maxHeight: 300, overflowY: 'auto' }}>
          <Table aria-label={say('toCancel')} captionSide="top">
            <Table.Caption>
              {say('toCancel')} ({listed.length})
            </Table.Caption>
            <Table.Tbody>
              {listed.map((callback) => (
                <Table.Tr key={callback.id}>
                  <Table.Td>{callback.state}</Table.Td>
                  <Table.Td>{callback.desiredAt !== undefined && <Moment at={callback.desiredAt} />}</Table.Td>
                  <Table.Td className="tabular">{callback.customerNumber}</Table.Td>
                  <Table.Td>{callback.service}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
        <Checkbox label={say('cancelAll')} checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
        {find.isError && <Failure what={say('notCancelled')} error={find.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {say('keep')}
          </Button>
          <Button
            color="red"
            disabled={!all && callbacks.length === 0}
            loading={find.isPending}
            onClick={() => (all ? find.mutate() : onConfirm(callbacks.map(({ id }) => id)))}
          >
            {say('cancel')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
