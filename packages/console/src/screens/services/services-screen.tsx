import { Anchor, Badge, Button, Group, Paper, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { familyOf, type OptionFamily, useCatalogue } from '../../api/catalogue.js';
import { type Service, useServices } from '../../api/services.js';
import { PlusIcon, SearchIcon } from '../../icons.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { CreateService } from './create-service.js';
import { useServicesTexts } from './use-services-texts.js';

/** All configured services, in the three groups that people know: services, office hours, capacity. */
export function ServicesScreen() {
  const say = useServicesTexts();
  const services = useServices();
  const catalogue = useCatalogue();
  const [wanted, setWanted] = useState('');
  const [creating, { open, close }] = useDisclosure(false);
  const families = catalogue.data ?? [];
  const found = (services.data ?? [])
    .filter((service) => matches(service, wanted))
    .map((service) => ({ service, family: familyOf(families, service.options) }));
  const groups = [
    { id: 'configured', rows: found.filter(({ family }) => !isCalendar(family)) },
    { id: 'hours', rows: found.filter(({ family }) => family?.id === 'office-hours') },
    { id: 'capacity', rows: found.filter(({ family }) => family?.id === 'capacity') },
  ] as const;
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Group gap="sm">
          <TextInput
            size="xs"
            w={240}
            aria-label={say('search')}
            placeholder={say('search')}
            leftSection={<SearchIcon />}
            value={wanted}
            onChange={(event) => setWanted(event.currentTarget.value)}
          />
          <Button size="xs" leftSection={<PlusIcon />} onClick={open}>
            {say('create')}
          </Button>
        </Group>
      </Group>
      {services.isPending && <Skeleton h={260} aria-label={say('loading')} />}
      {services.isError && <Failure what={say('notShown')} error={services.error} retry={services.refetch} />}
      {services.data !== undefined && found.length === 0 && (
        <Paper>
          <Empty title={say('none')}>{say(wanted === '' ? 'noneYet' : 'noneMatches')}</Empty>
        </Paper>
      )}
      {groups.map(
        ({ id, rows }) =>
          rows.length > 0 && (
            <Paper key={id} component="section" aria-labelledby={`group-${id}`} style={{ overflow: 'hidden' }}>
              <Title order={2} id={`group-${id}`} px="sm" pt="sm">
                {say(id)}
              </Title>
              <ServiceTable label={say(id)} rows={rows} />
            </Paper>
          ),
      )}
      {creating && <CreateService taken={services.data ?? []} onClose={close} />}
    </Stack>
  );
}

interface Row {
  service: Service;
  family: OptionFamily | undefined;
}

function ServiceTable({ label, rows }: { label: string; rows: readonly Row[] }) {
  const say = useServicesTexts();
  return (
    <Table highlightOnHover aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say('name')}</Table.Th>
          <Table.Th>{say('kind')}</Table.Th>
          <Table.Th visibleFrom="sm">{say('options')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ service, family }) => (
          <Table.Tr key={service.name}>
            <Table.Td w="40%">
              <Anchor component={Link} to={`/services/${encodeURIComponent(service.name)}`} size="sm" fw={550}>
                {service.name}
              </Anchor>
              {isCalendar(family) && (
                <Anchor component={Link} to={weekOf(service, family)} size="xs" ml="sm">
                  {say('calendar')}
                </Anchor>
              )}
            </Table.Td>
            <Table.Td>
              <Badge variant="light" color="gray" tt="none" lang="en">
                {family?.title ?? service.options._service ?? ''}
              </Badge>
            </Table.Td>
            <Table.Td visibleFrom="sm">
              <Text size="xs" c="dimmed">
                {say('optionsSet', { count: Object.keys(service.options).length })}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function isCalendar(family: OptionFamily | undefined): boolean {
  return family?.id === 'office-hours' || family?.id === 'capacity';
}

function weekOf(service: Service, family: OptionFamily | undefined): string {
  return `/${family?.id === 'capacity' ? 'capacity' : 'hours'}/${encodeURIComponent(service.name)}`;
}

function matches({ name, options }: Service, wanted: string): boolean {
  const sought = wanted.trim().toLowerCase();
  const texts = [name, ...Object.keys(options), ...Object.values(options)];
  return texts.some((text) => text.toLowerCase().includes(sought));
}
