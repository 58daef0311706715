import { Group, NativeSelect, Paper, Progress, Skeleton, Stack, Table, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { type AbandonmentLimit, type CampaignCompliance, useCompliance } from '../../api/compliance.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { formatNumber, formatPercent } from '../../time/format.js';
import { useCampaignsTexts } from './use-campaigns-texts.js';

/** Days back from now. */
const TIMES = { 1: 'lastDay', 7: 'lastWeek', 30: 'lastMonth', 365: 'lastYear' } as const;

/** The abandoned calls of each campaign against its legal limit, and the attempts that rules prevented. */
export function CompliancePanel() {
  const say = useCampaignsTexts();
  const [days, setDays] = useState('30');
  const campaigns = useCompliance(Number(days));
  return (
    <Paper component="section" aria-labelledby="compliance-title" style={{ overflowX: 'auto' }}>
      <Group justify="space-between" p="md" pb="xs">
        <Title order={2} id="compliance-title">
          {say('compliance')}
        </Title>
        <NativeSelect
          {...{ size: 'xs', 'aria-label': say('time'), value: days }}
          data={Object.entries(TIMES).map(([value, label]) => ({ value, label: say(label) }))}
          onChange={(event) => setDays(event.currentTarget.value)}
        />
      </Group>
      {campaigns.isPending && <Skeleton h={80} aria-label={say('loadingCompliance')} />}
      {campaigns.isError && (
        <Failure what={say('complianceNotShown')} error={campaigns.error} retry={campaigns.refetch} />
      )}
      {campaigns.data?.length === 0 && <Empty title={say('none')}>{say('nobodyDialed')}</Empty>}
      {campaigns.data !== undefined && campaigns.data.length > 0 && (
        <Table aria-label={say('compliance')}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{say('campaign')}</Table.Th>
              <Table.Th>{say('answered')}</Table.Th>
              <Table.Th>{say('abandoned')}</Table.Th>
              <Table.Th>{say('legalLimit')}</Table.Th>
              <Table.Th>{say('notDialed')}</Table.Th>
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
  const say = useCampaignsTexts();
  return (
    <Table.Tr>
      <Table.Td fw={550}>{campaign}</Table.Td>
      <Table.Td className="tabular">{formatNumber(answered)}</Table.Td>
      <Table.Td className="tabular">
        {formatNumber(abandoned)} ({formatPercent(share)})
      </Table.Td>
      <Table.Td miw={220}>
        {limits.length === 0 && (
          <Text size="sm" c="dimmed">
            {say('noLimit')}
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
            {say('nothing')}
          </Text>
        )}
        {blocked.map(({ rule, count }) => (
          <Text key={rule} size="sm" className="tabular">
            {rule}: {formatNumber(count)}
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
  const say = useCampaignsTexts();
  const time =
    withinHours % 24 === 0 && withinHours > 24
      ? say('days', { count: withinHours / 24 })
      : say('hours', { count: withinHours });
  const values = { time, share: formatPercent(share), limit: formatPercent(limit) };
  const told = say('limitTold', { ...values, abandoned, answered, title });
  return (
    <div title={told}>
      <Text size="xs" className="tabular">
        {say('limit', { ...values, jurisdiction })}
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
