import { Group, NativeSelect, Paper, Progress, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { type AbandonmentLimit, type CampaignCompliance, useCompliance } from '../../api/compliance.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';

const TIMES = [
  { value: '1', label: 'Last 24 hours' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
  { value: '365', label: 'Last year' },
];

/** The abandoned calls of each campaign against its legal limit, and the attempts that rules prevented. */
export function CompliancePanel() {
  const [days, setDays] = useState('30');
  const campaigns = useCompliance(Number(days));
  return (
    <Paper component="section" aria-labelledby="compliance-title" style={{ overflowX: 'auto' }}>
      <Group justify="space-between" p="md" pb="xs">
        <Title order={2} id="compliance-title">
          Abandonment and rules
        </Title>
        <NativeSelect
          {...{ size: 'xs', 'aria-label': 'Time', data: TIMES, value: days }}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
      </Group>
      {campaigns.isPending && <Skeleton h={80} aria-label="Loading compliance" />}
      {campaigns.isError && (
        <Failure what="Compliance cannot be shown" error={campaigns.error} retry={campaigns.refetch} />
      )}
      {campaigns.data?.length === 0 && <Empty title="No campaigns yet">Nobody has been dialed.</Empty>}
      {campaigns.data !== undefined && campaigns.data.length > 0 && (
        <Table aria-label="Abandonment and rules">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Campaign</Table.Th>
              <Table.Th>Answered</Table.Th>
              <Table.Th>Abandoned</Table.Th>
              <Table.Th>Legal limit</Table.Th>
              <Table.Th>Not dialed because of</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {campaigns.data.map((campaign) => (
              <ComplianceRow key={campaign.campaign} campaign={campaign} />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Paper>
  );
}

function ComplianceRow({
  campaign: { campaign, answered, abandoned, share, limits, blocked },
}: {
  campaign: CampaignCompliance;
}) {
  return (
    <Table.Tr>
      <Table.Td fw={550}>{campaign}</Table.Td>
      <Table.Td className="tabular">{answered.toLocaleString()}</Table.Td>
      <Table.Td className="tabular">
        {abandoned.toLocaleString()} ({percent(share)})
      </Table.Td>
      <Table.Td miw={220}>
        {limits.length === 0 && (
          <Text size="sm" c="dimmed">
            no jurisdiction has one
          </Text>
        )}
        <Stack gap={6}>
          {limits.map((limit) => (
            <Limit key={limit.jurisdiction} limit={limit} />
          ))}
        </Stack>
      </Table.Td>
      <Table.Td>
        {blocked.length === 0 && (
          <Text size="sm" c="dimmed">
            nothing
          </Text>
        )}
        {blocked.map(({ rule, count }) => (
          <Text key={rule} size="sm" className="tabular">
            {rule}: {count.toLocaleString()}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}

function Limit({
  limit: { jurisdiction, title, limit, withinHours, abandoned, answered, share },
}: {
  limit: AbandonmentLimit;
}) {
  const time = withinHours % 24 === 0 && withinHours > 24 ? `${withinHours / 24} days` : `${withinHours} h`;
  const told = `${abandoned} of ${answered} answered calls in ${time}, ${percent(share)}; ${title} allows ${percent(limit)}`;
  return (
    <div title={told}>
      <Text size="xs" className="tabular">
        {jurisdiction}: {percent(share)} of {percent(limit)} in {time}
      </Text>
      <Progress
        size="xs"
        value={limit === 0 ? 100 : Math.min(100, (100 * share) / limit)}
        color={share > limit ? 'red' : share > 0.9 * limit ? 'yellow' : 'teal'}
        aria-label={told}
      />
    </div>
  );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
