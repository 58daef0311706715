import { Alert, Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { type Booking, bookCallback, useCallbacksChanged } from '../../api/callbacks.js';
import { isCallbackService, useServices } from '../../api/services.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { BookingForm } from './booking-form.js';

/** Books a callback for a customer, now or at a free time, exactly as an app does over the callback API. */
export function BookScreen() {
  const services = useServices();
  const changed = useCallbacksChanged();
  const booking = useMutation({
    mutationFn: (wanted: Booking) => bookCallback(wanted),
    onSettled: () => changed(),
  });
  const bookable = services.data?.filter(isCallbackService) ?? [];

  return (
    <Stack gap="md" maw={640} mx="auto">
      <Title order={1}>Book a callback</Title>
      {services.isError && (
        <Failure what="The services cannot be shown" error={services.error} retry={services.refetch} />
      )}
      {services.data !== undefined && bookable.length === 0 && (
        <Paper>
          <Empty title="No callback service is configured">
            Add one under <code>services</code> in ringback.yaml, or with <code>PUT /api/v1/services/…</code>, its{' '}
            <code>_service</code> being a callback application.
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
  return (
    <Alert color="teal" variant="light" title="Booked" role="status">
      <Stack gap="xs">
        <Text size="sm">
          {booking.customerNumber} will be called{' '}
          {booking.desiredAt === undefined ? 'as soon as an agent is free' : <Moment at={booking.desiredAt} />} (
          {booking.service}).
        </Text>
        <Group gap="sm">
          <Button component={Link} to={`/callbacks/${encodeURIComponent(id)}`} size="compact-sm">
            Follow this callback
          </Button>
          <Anchor component={Link} to="/" size="sm">
            Go to the live page
          </Anchor>
        </Group>
      </Stack>
    </Alert>
  );
}
