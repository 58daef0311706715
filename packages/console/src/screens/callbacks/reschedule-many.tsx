import { Alert, Button, Group, List, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Callback, rescheduleCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { explain } from '../../api/request.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';

const MINUTE_MS = 60_000;
/** Requests under way at once. */
const AT_A_TIME = 6;

interface Moved {
  moved: number;
  /** Those that stay at their time, and why. */
  failures: { callback: Callback; why: string }[];
}

/** Moves callbacks by the same time; each that cannot be moved stays where it is and is named with the reason. */
export function RescheduleMany({ callbacks, onClose }: { callbacks: readonly Callback[]; onClose: () => void }) {
  const say = useCallbacksTexts();
  const changed = useCallbacksChanged();
  const [minutes, setMinutes] = useState<string | number>(60);
  const shift = Number(minutes) * MINUTE_MS;
  const wrong = !Number.isInteger(Number(minutes)) || shift === 0 || minutes === '';
  const move = useMutation({ mutationFn: () => moveAll(callbacks, shift), onSettled: () => changed() });
  const done = move.data;
  return (
    <Modal opened onClose={onClose} title={say('rescheduleTitle', { count: callbacks.length })} centered>
      <Stack gap="md">
        <Text size="sm">{say('rescheduleHelp')}</Text>
        <NumberInput
          label={say('later')}
          data-autofocus
          value={minutes}
          step={15}
          error={wrong && say('badMinutes')}
          onChange={setMinutes}
        />
        {done !== undefined && (
          <Alert
            variant="light"
            color={done.failures.length === 0 ? 'teal' : 'orange'}
            role="status"
            title={say('moved', { moved: done.moved, failed: done.failures.length })}
          >
            <List size="sm">
              {done.failures.map(({ callback, why }) => (
                <List.Item key={callback.id}>
                  {callback.customerNumber}: {why}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {say('close')}
          </Button>
          {done === undefined && (
            <Button disabled={wrong} loading={move.isPending} onClick={() => move.mutate()}>
              {say('move')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

async function moveAll(callbacks: readonly Callback[], shift: number): Promise<Moved> {
  const waiting = [...callbacks];
  const result: Moved = { moved: 0, failures: [] };
  const lane = async () => {
    for (let callback = waiting.shift(); callback !== undefined; callback = waiting.shift()) {
      try {
        await rescheduleCallback(callback, (callback.desiredAt ?? 0) + shift);
        result.moved += 1;
      } catch (error) {
        result.failures.push({ callback, why: explain(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  return result;
}
