import { Alert, Button, Group, List, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Refusal } from '../api/refusal.js';
import { explain } from '../api/request.js';
import { formatMoment, formatTimeToMinute, formatUtc, startOfDay } from '../time/format.js';
import { useNow } from '../time/now.js';
import { useBookingTexts } from './use-booking-texts.js';

const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** The server's messages name instants in UTC; a person reads them in the own zone. */
function inViewerTime(message: string, now: number): string {
  return message.replace(INSTANT, (instant) => formatMoment(Date.parse(instant), now));
}

/** Why a booking was refused, and the times that the server offers instead: choosing one books it. */
export function Refused({ what, error, onPropose }: { what: string; error: unknown; onPropose: (at: number) => void }) {
  const say = useBookingTexts();
  const now = useNow();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for a clean-up function.
    box.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const refused = error instanceof Refusal ? error : undefined;
  const proposals = refused?.proposals ?? [];
  const fields = refused?.fields ?? [];

  return (
    <Alert ref={box} color="red" variant="light" title={what} role="alert">
      <Stack gap="xs">
        <Text size="sm">{inViewerTime(refused?.message ?? explain(error), now)}</Text>
        {fields.length > 0 && (
          <List size="sm">
            {fields.map((field) => (
              <List.Item key={field}>{field}</List.Item>
            ))}
          </List>
        )}
        {proposals.length > 0 && (
          <>
            <Text size="sm" fw={550} id="proposals">
              {say('nearby')}
            </Text>
            <Group gap={6} role="group" aria-labelledby="proposals">
              {proposals.map(({ at, free }) => (
                <Button
                  key={at}
                  size="compact-sm"
                  variant="default"
                  title={formatUtc(at)}
                  onClick={() => onPropose(at)}
                  rightSection={
                    <Text component="span" size="xs" c="dimmed">
                      {say('free', { number: free })}
                    </Text>
                  }
                >
                  {startOfDay(at) === startOfDay(now) ? formatTimeToMinute(at) : formatMoment(at, now)}
                </Button>
              ))}
            </Group>
          </>
        )}
      </Stack>
    </Alert>
  );
}
