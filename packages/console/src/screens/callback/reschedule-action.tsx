import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Callback, rescheduleCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { Refused } from '../../callbacks/refused.js';
import { SlotPicker } from '../../callbacks/slot-picker.js';
import { formatMoment } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { useCallbackTexts } from './use-callback-texts.js';

/** Moves a scheduled callback to another free time; a refusal leaves it where it is. */
export function RescheduleAction({ callback }: { callback: Callback }) {
  const say = useCallbackTexts();
  const [opened, { open, close }] = useDisclosure(false);
  const [time, setTime] = useState<number>();
  const now = useNow();
  const changed = useCallbacksChanged();
  const reschedule = useMutation({
    mutationFn: (at: number) => rescheduleCallback(callback, at),
    onSuccess: (_, at) => {
      close();
      notifications.show({ color: 'teal', message: say('moved', { time: formatMoment(at, now) }) });
    },
    onSettled: () => changed(callback.id),
  });
  return (
    <>
      <Button
        size="xs"
        variant="default"
        onClick={() => {
          reschedule.reset();
          setTime(undefined);
          open();
        }}
      >
        {say('reschedule')}
      </Button>
      <Modal opened={opened} onClose={close} title={say('reschedule')} centered size="lg">
        <Stack gap="sm">
          {callback.desiredAt !== undefined && (
            <Text size="sm">{say('nowAt', { time: formatMoment(callback.desiredAt, now) })}</Text>
          )}
          <SlotPicker service={callback.service} value={time} onChange={setTime} />
          {reschedule.isError && (
            <Refused
              what={say('notMoved')}
              error={reschedule.error}
              onPropose={(at) => {
                setTime(at);
                reschedule.mutate(at);
              }}
            />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {say('close')}
            </Button>
            <Button
              disabled={time === undefined}
              loading={reschedule.isPending}
              onClick={() => time !== undefined && reschedule.mutate(time)}
            >
              {say('move')}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
