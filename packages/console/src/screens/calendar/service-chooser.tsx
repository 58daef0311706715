import { Anchor, Group, NativeSelect, Paper, Skeleton, Stack, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useNavigate, useParams } from 'react-router-dom';
import { type Service, useServices } from '../../api/services.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { useCalendarTexts } from './use-calendar-texts.js';

/** The page of one kind of calendar service: which one, and its editor. */
export function ServiceChooser({
  kind,
  children,
}: {
  kind: 'hours' | 'capacity';
  children: (service: Service) => ReactNode;
}) {
  const say = useCalendarTexts();
  const { name } = useParams();
  const navigate = useNavigate();
  const services = useServices();
  const wanted = kind === 'hours' ? 'office-hours' : 'capacity';
  const fitting = services.data?.filter(({ options }) => options._service === wanted) ?? [];
  const service = name === undefined ? fitting[0] : fitting.find((each) => each.name === name);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say(kind)}</Title>
        {service !== undefined && (
          <Group gap="sm">
            <Anchor component={Link} to={`/services/${encodeURIComponent(service.name)}`} size="sm">
              {say('allOptions')}
            </Anchor>
            <NativeSelect
              size="xs"
              aria-label={say('service')}
              value={service.name}
              data={fitting.map((each) => each.name)}
              onChange={(event) => void navigate(`/${kind}/${encodeURIComponent(event.currentTarget.value)}`)}
            />
          </Group>
        )}
      </Group>
      {services.isPending && <Skeleton h={400} aria-label={say('loading')} />}
      {services.isError && <Failure what={say('notShown')} error={services.error} retry={services.refetch} />}
      {services.data !== undefined && service === undefined && (
        <Paper>
          <Empty title={say(kind === 'hours' ? 'noHours' : 'noCapacity')}>
            <Anchor component={Link} to="/services" inherit>
              {say('noneHelp')}
            </Anchor>
          </Empty>
        </Paper>
      )}
      {service !== undefined && children(service)}
    </Stack>
  );
}
