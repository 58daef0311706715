import { Alert, Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { type Booking, bookCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { isCallbackService, useServices } from '../../api/services.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { formatMoment } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { BookingForm } from './booking-form.js';
import { useBookTexts } from './use-book-texts.js';

/** Books a callback for a customer, now or at a free time, exactly as an app does over the callback API. */
export function BookScreen() {
  const say = useBookTexts();
  const services = useServices();
  const changed = useCallbacksChanged();
  const booking = useMutation({
    mutationFn: (wanted: Booking) => bookCallback(wanted),
    onSettled: () => changed(),
  });
  const bookable = services.data?.filter(isCallbackService) ?? [];

  return (
    <Stack gap="md" maw={640} mx="auto">
      <Title order={1}>{say('title')}</Title>
      {services.isError && <Failure what={say('notShown')} error={services.error} retry={services.refetch} />}
      {services.data !== undefined && bookable.length === 0 && (
        <Paper>
          <Empty title={say('noService')}>
            <Coded>{say('noServiceHelp')}</Coded>
          </Empty>
        </Paper>
      )}
      {bookable.length > 0 && (
        <Paper p="md">
          <BookingForm
            services={bookable}
            busy={booking.isPending}
            refusal={booking.error}
            onBook={(wanted, onBooked) => booking.mutate(wanted, { onSuccess: onBooked })}
            onChange={booking.reset}
          />
        </Paper>
      )}
      {booking.isSuccess && <Booked id={booking.data} booking={booking.variables} />}
    </Stack>
  );
}

function Booked({ id, booking }: { id: string; booking: Booking }) {
  const say = useBookTexts();
  const now = useNow();
  const { customerNumber: number, service, desiredAt } = booking;
  return (
    <Alert color="teal" variant="light" title={say('booked')} role="status">
      <Stack gap="xs">
        <Text size="sm">
          {desiredAt === undefined
            ? say('atOnce', { number, service })
            : say('atTime', { number, service, time: formatMoment(desiredAt, now) })}
        </Text>
        <Group gap="sm">
          <Button component={Link} to={`/callbacks/${encodeURIComponent(id)}`} size="compact-sm">
            {say('follow')}
          </Button>
          <Anchor component={Link} to="/" size="sm">
            {say('toLive')}
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  );
}
