import { Group, NativeSelect, TextInput } from '@mantine/core';
import { readPlaces } from './places-field.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { clock } from './week-hours.js';

const HOURS = Array.from({ length: 25 }, (_, hour) => ({ value: String(hour), label: clock(hour * 60) }));

/** Some hours of a day and the places that each of them has, as they stand in the fields. */
export interface SpanTexts {
  from: string;
  to: string;
  places: string;
}

/** What the fields mean: whole hours, the last one excluded, and the places, if any; otherwise what is wrong with them. */
export function readSpan({ from, to, places: text }: SpanTexts, most: number) {
  const places = readPlaces(text, most);
  if (Number(from) >= Number(to)) return { problem: 'badSpan' } as const;
  if (places === 'wrong') return { problem: 'badPlaces' } as const;
  return { problem: undefined, from: Number(from), to: Number(to), places };
}

/** The fields of some hours and their places, side by side. */
export function SpanFields({ span, onChange }: { span: SpanTexts; onChange: (span: SpanTexts) => void }) {
  const say = useCalendarTexts();
  return (
    <Group gap="xs" grow>
      <NativeSelect
        {...{ size: 'xs', label: say('from'), data: HOURS.slice(0, 24), value: span.from }}
        onChange={(event) => onChange({ ...span, from: event.currentTarget.value })}
      />
      <NativeSelect
        {...{ size: 'xs', label: say('to'), data: HOURS.slice(1), value: span.to }}
        onChange={(event) => onChange({ ...span, to: event.currentTarget.value })}
      />
      <TextInput
        {...{ size: 'xs', label: say('places'), inputMode: 'numeric', value: span.places }}
        onChange={(event) => onChange({ ...span, places: event.currentTarget.value })}
      />
    </Group>
  );
}
