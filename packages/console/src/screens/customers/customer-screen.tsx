import { Anchor, Badge, Grid, Group, Paper, Skeleton, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router-dom';
import { type JourneyEntry, nameOf, useCustomer, useJourney } from '../../api/customers.js';
import { StateMark } from '../../callbacks/state.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { Journey } from './journey.js';
import { ProfileCard } from './profile-card.js';
import { useCustomersTexts } from './use-customers-texts.js';

/** One customer: who it is, what is open, and everything that happened. */
export function CustomerScreen() {
  const say = useCustomersTexts();
  const { id = '' } = useParams();
  const customer = useCustomer(id);
  const journey = useJourney(id);
  if (customer.isPending) return <Skeleton h={320} aria-label={say('loading')} />;
  if (customer.isError) {
    return <Failure what={say('notShown')} error={customer.error} retry={customer.refetch} />;
  }
  if (customer.data === null) {
    return (
      <Empty title={say('absent')}>
        <Anchor component={Link} to="/customers" size="sm">
          {say('all')}
        </Anchor>
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Title order={1}>{nameOf(customer.data)}</Title>
        <Anchor component={Link} to="/customers" size="sm">
          {say('all')}
        </Anchor>
      </Group>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Stack gap="md">
            <ProfileCard customer={customer.data} />
            <OpenCallbacks entries={journey.data ?? []} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Paper component="section" p="md" aria-labelledby="journey-title">
            <Title order={2} id="journey-title" mb="md">
              {say('journey')}
            </Title>
            {journey.isPending && <Skeleton h={160} aria-label={say('loadingJourney')} />}
            {journey.isError && <Failure what={say('journeyNotShown')} error={journey.error} retry={journey.refetch} />}
            {journey.data !== undefined && <Journey entries={journey.data} />}
          </Paper>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

/** The callbacks that are still to come. */
function OpenCallbacks({ entries }: { entries: readonly JourneyEntry[] }) {
  const say = useCustomersTexts();
  const open = entries.flatMap((entry) =>
    entry.kind === 'callback' && entry.callback && entry.callback.state !== 'COMPLETED' ? [entry.callback] : [],
  );
  return (
    <Paper component="section" p="md" aria-labelledby="open-title">
      <Group justify="space-between" mb="xs">
        <Title order={2} id="open-title">
          {say('openCallbacks')}
        </Title>
        <Badge variant="light" color={open.length > 0 ? 'blue' : 'gray'}>
          {open.length}
        </Badge>
      </Group>
      {open.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('none')}
        </Text>
      )}
      <Stack gap="xs">
        {open.map((callback) => (
          <Group key={callback.id} justify="space-between" gap="xs" wrap="nowrap">
            <Anchor component={Link} to={`/callbacks/${encodeURIComponent(callback.id)}`} size="sm">
              {callback.service}
              {callback.desiredAt !== undefined && (
                <>
                  {', '}
                  <Moment at={callback.desiredAt} />
                </>
              )}
            </Anchor>
            <StateMark state={callback.state} reason={callback.reason} />
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}
