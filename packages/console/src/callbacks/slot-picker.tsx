import { Group, Loader, Stack, Text } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useId, useState } from 'react';
import { type Slot, useAvailability } from '../api/availability.js';
import { Failure } from '../layout/failure.js';
import { endOfDay, formatDay, formatTimeToMinute, formatUtc, startOfDay, viewerZone } from '../time/format.js';
import { useNow } from '../time/now.js';
import classes from './slot-picker.module.css';
import { useBookingTexts } from './use-booking-texts.js';

/** The start of the question moves in steps, so that the passing of time alone does not ask again each second. */
const STEP_MS = 5 * 60_000;

/**
 * Chooses a day and one of its free time slots. The slots are those that the service offers; the times are the
 * viewer's. Nothing is reserved until the callback is booked.
 */
export function SlotPicker({
  service,
  value,
  onChange,
}: {
  service: string | undefined;
  value: number | undefined;
  onChange: (at: number | undefined) => void;
}) {
  const say = useBookingTexts();
  const now = useNow();
  const [chosenDay, setChosenDay] = useState<string | null>(null);
  const day = value ?? (chosenDay === null ? now : Date.parse(`${chosenDay}T00:00:00`));
  const start = Math.max(startOfDay(day), Math.floor(now / STEP_MS) * STEP_MS);
  const slots = useAvailability(service, start, endOfDay(day));
  const open = slots.data?.filter((slot) => slot.at > now) ?? [];

  return (
    <Stack gap="xs">
      <DatePickerInput
        label={say('day')}
        size="sm"
        value={isoDay(day)}
        minDate={isoDay(now)}
        valueFormat="dddd, D MMMM YYYY"
        onChange={(picked) => {
          setChosenDay(picked);
          onChange(undefined);
        }}
      />
      {slots.isLoading && <Loader size="sm" aria-label={say('loading')} />}
      {slots.isError && <Failure what={say('notShown')} error={slots.error} retry={slots.refetch} />}
      {slots.data !== undefined && open.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('noneFree', { day: formatDay(day) })}
        </Text>
      )}
      {open.length > 0 && <Slots slots={open} value={value} onChange={onChange} />}
      <Text size="xs" c="dimmed">
        {say('yours', { zone: viewerZone })}
      </Text>
    </Stack>
  );
}

function Slots({
  slots,
  value,
  onChange,
}: {
  slots: readonly Slot[];
  value: number | undefined;
  onChange: (at: number) => void;
}) {
  const say = useBookingTexts();
  const group = useId();
  const hours = byHour(slots);
  return (
    <fieldset className={classes.slots}>
      <legend>{say('freeTimes')}</legend>
      <div className={classes.scroll}>
        {[...hours].map(([hour, inHour]) => (
          <Group key={hour} gap={6} className={classes.hour}>
            {inHour.map((slot) => (
              <label key={slot.at} className={classes.slot} title={formatUtc(slot.at)}>
                <input
                  type="radio"
                  name={group}
                  checked={slot.at === value}
                  onChange={() => onChange(slot.at)}
                  aria-label={say('freeOf', { time: formatTimeToMinute(slot.at), free: slot.free, total: slot.total })}
                />
                <span>{formatTimeToMinute(slot.at)}</span>
                <span className={classes.free}>{slot.free}</span>
              </label>
            ))}
          </Group>
        ))}
      </div>
    </fieldset>
  );
}

function byHour(slots: readonly Slot[]): Map<number, Slot[]> {
  const hours = new Map<number, Slot[]>();
  for (const slot of slots) {
    const hour = new Date(slot.at).setMinutes(0, 0, 0);
    hours.set(hour, [...(hours.get(hour) ?? []), slot]);
  }
  return hours;
}

/** The calendar's own notation, in the viewer's zone: `2026-05-27`. */
function isoDay(at: number): string {
  const date = new Date(at);
  const part = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${part(date.getMonth() + 1)}-${part(date.getDate())}`;
}
