import { Button, Group, SegmentedControl, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Booking } from '../../api/callbacks.js';
import type { Service } from '../../api/services.js';
import { Refused } from '../../callbacks/refused.js';
import { SlotPicker } from '../../callbacks/slot-picker.js';
import { describeService } from './callback-service.js';
import { useBookTexts } from './use-book-texts.js';

type When = 'now' | 'later';

/** The fields of a booking. `onBook` is also called with a proposed time when the person chooses one after a refusal. */
export function BookingForm({
  services,
  busy,
  refusal,
  onBook,
  onChange,
}: {
  services: readonly Service[];
  busy: boolean;
  refusal: Error | null;
  onBook: (booking: Booking, onBooked: () => void) => void;
  onChange: () => void;
}) {
  const say = useBookTexts();
  const [service, setService] = useState(services[0]?.name ?? '');
  const [customerNumber, setCustomerNumber] = useState('');
  const [name, setName] = useState('');
  const [reason, setReason] = useState('');
  const [when, setWhen] = useState<When>('now');
  const [time, setTime] = useState<number>();
  const [missing, setMissing] = useState<'number' | 'time'>();
  const chosen = services.find((candidate) => candidate.name === service);

  const book = (desiredAt: number | undefined) => {
    const userData = Object.fromEntries(Object.entries({ name, reason }).filter(([, value]) => value.trim() !== ''));
    const booking: Booking = { service, customerNumber: customerNumber.trim(), userData };
    if (desiredAt !== undefined) booking.desiredAt = desiredAt;
    // After a refusal everything stays as it was typed; the slot of a booking that was granted may be full now.
    onBook(booking, () => setTime(undefined));
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const lacks = customerNumber.trim() === '' ? 'number' : when === 'later' && time === undefined ? 'time' : undefined;
    setMissing(lacks);
    if (lacks === undefined) book(when === 'later' ? time : undefined);
  };

  return (
    <form onSubmit={submit} onChange={onChange} noValidate aria-label={say('form')}>
      <Stack gap="sm">
        <Select
          label={say('service')}
          data={services.map((candidate) => candidate.name)}
          value={service}
          allowDeselect={false}
          searchable={services.length > 8}
          description={chosen && describeService(chosen)}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          onChange={(picked) => {
            setService(picked ?? '');
            setTime(undefined);
            onChange();
          }}
        />
        <TextInput
          label={say('number')}
          type="tel"
          autoComplete="off"
          required
          data-autofocus
          value={customerNumber}
          error={missing === 'number' && say('noNumber')}
          onChange={(event) => setCustomerNumber(event.currentTarget.value)}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput label={say('name')} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label={say('reason')} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </SimpleGrid>
        <div>
          <Text component="span" id="when" size="sm" fw={500}>
            {say('when')}
          </Text>
          <SegmentedControl
            fullWidth
            mt={4}
            aria-labelledby="when"
            data={[
              { value: 'now', label: say('now') },
              { value: 'later', label: say('later') },
            ]}
            value={when}
            onChange={(value) => setWhen(value)}
          />
        </div>
        {when === 'later' && (
          <SlotPicker
            service={service}
            value={time}
            onChange={(picked) => {
              setTime(picked);
              setMissing(undefined);
            }}
          />
        )}
        {missing === 'time' && (
          <Text size="sm" c="red" role="alert">
            {say('noTime')}
          </Text>
        )}
        {refusal !== null && (
          <Refused
            what={say('notBooked')}
            error={refusal}
            onPropose={(at) => {
              setWhen('later');
              setTime(at);
              book(at);
            }}
          />
        )}
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {say(when === 'now' ? 'callNow' : 'bookTime')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
