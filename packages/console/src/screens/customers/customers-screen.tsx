import { Anchor, Button, Group, Paper, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router-dom';
import { type Customer, nameOf, useCustomers } from '../../api/customers.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { useCustomersTexts } from './use-customers-texts.js';

/** Who is known: found by number, id or identification key; what was looked for is part of the address. */
export function CustomersScreen() {
  const say = useCustomersTexts();
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get('search') ?? '';
  const [typed, setTyped] = useState(wanted);
  const customers = useCustomers(wanted);
  const listed = customers.data?.pages.flatMap((page) => page.customers) ?? [];
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <search>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setParameters(typed.trim() === '' ? {} : { search: typed.trim() });
            }}
          >
            <Group gap="xs">
              <TextInput
                type="search"
                size="xs"
                w={260}
                aria-label={say('find')}
                placeholder={say('findBy')}
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button type="submit" size="xs" variant="default">
                {say('search')}
              </Button>
            </Group>
          </form>
        </search>
      </Group>
      {customers.isPending && <Skeleton h={220} aria-label={say('loadingMany')} />}
      {customers.isError && <Failure what={say('manyNotShown')} error={customers.error} retry={customers.refetch} />}
      {customers.data !== undefined && (
        <Paper style={{ overflow: 'hidden' }}>
          <CustomerTable customers={listed} />
          {listed.length === 0 && <Nothing wanted={wanted} />}
          {customers.hasNextPage && (
            <Group justify="center" py="xs">
              <Button
                {...{ size: 'compact-sm', variant: 'default', loading: customers.isFetchingNextPage }}
                onClick={() => void customers.fetchNextPage()}
              >
                {say('more')}
              </Button>
            </Group>
          )}
        </Paper>
      )}
    </Stack>
  );
}

function CustomerTable({ customers }: { customers: readonly Customer[] }) {
  const say = useCustomersTexts();
  return (
    <Table highlightOnHover aria-label={say('title')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say('name')}</Table.Th>
          <Table.Th>{say('number')}</Table.Th>
          <Table.Th visibleFrom="sm">{say('email')}</Table.Th>
          <Table.Th visibleFrom="md">{say('id')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {customers.map((customer) => (
          <Table.Tr key={customer.id}>
            <Table.Td>
              <Anchor component={Link} to={`/customers/${encodeURIComponent(customer.id)}`} size="sm" fw={550}>
                {nameOf(customer)}
              </Anchor>
            </Table.Td>
            <Table.Td className="tabular">{customer.attributes.PhoneNumber ?? ''}</Table.Td>
            <Table.Td visibleFrom="sm">{customer.attributes.EmailAddress ?? ''}</Table.Td>
            <Table.Td visibleFrom="md">
              <Text size="xs" c="dimmed" className="tabular">
                {customer.id}
              </Text>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Nothing({ wanted }: { wanted: string }) {
  const say = useCustomersTexts();
  if (wanted !== '') {
    return <Empty title={say('nobodyHas', { wanted })}>{say('nobodyHasHelp')}</Empty>;
  }
  return (
    <Empty title={say('nobody')}>
      <Coded>{say('nobodyHelp')}</Coded>
    </Empty>
  );
}
