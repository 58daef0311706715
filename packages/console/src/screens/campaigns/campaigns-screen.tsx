import {
  Badge,
  Button,
  Group,
  Paper,
  Progress,
  Skeleton,
  Stack,
  Table,
  Text,
  Title,
  Tooltip,
  VisuallyHidden,
} from '@mantine/core';
import {
  type CampaignGroup,
  type CampaignOperation,
  type CampaignStatus,
  operationsIn,
  useCampaignGroups,
  useCampaignOperation,
} from '../../api/campaigns.js';
import { Coded } from '../../layout/coded.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { formatPercent } from '../../time/format.js';
import { CompliancePanel } from './compliance-panel.js';
import { FloorPicture } from './floor-picture.js';
import { SequencesPanel } from './sequences-panel.js';
import { useCampaignsTexts, useCampaignTerms } from './use-campaigns-texts.js';

const STATUS_COLOR: Readonly<Record<CampaignStatus, string>> = {
  NotLoaded: 'gray',
  Inactive: 'orange',
  Active: 'blue',
  Running: 'teal',
  WaitingUnload: 'yellow',
  UnloadInProgress: 'yellow',
};

/** Every campaign group: its state, what it has done since it was loaded, and what can be done with it. */
export function CampaignsScreen() {
  const say = useCampaignsTexts();
  const groups = useCampaignGroups();
  const operation = useCampaignOperation();
  return (
    <Stack gap="md">
      <Title order={1}>{say('title')}</Title>
      {operation.isError && <Failure what={say('notDone')} error={operation.error} />}
      {groups.isPending && <Skeleton h={220} aria-label={say('loading')} />}
      {groups.isError && <Failure what={say('notShown')} error={groups.error} retry={groups.refetch} />}
      {groups.data !== undefined && (
        <Paper style={{ overflowX: 'auto' }}>
          <Table highlightOnHover aria-label={say('title')}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say('campaign')}</Table.Th>
                <Table.Th>{say('state')}</Table.Th>
                <Table.Th>{say('mode')}</Table.Th>
                <Table.Th>{say('agents')}</Table.Th>
                <Table.Th>{say('dialed')}</Table.Th>
                <Table.Th>{say('answered')}</Table.Th>
                <Table.Th>{say('abandoned')}</Table.Th>
                <Table.Th>{say('processed')}</Table.Th>
                <Table.Th>
                  <VisuallyHidden>{say('actions')}</VisuallyHidden>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {groups.data.map((group) => (
                <CampaignRow
                  key={group.name}
                  group={group}
                  isBusy={operation.isPending && operation.variables.name === group.name}
                  perform={(wanted) => operation.mutate({ name: group.name, operation: wanted })}
                />
              ))}
            </Table.Tbody>
          </Table>
          {groups.data.length === 0 && (
            <Empty title={say('none')}>
              <Coded>{say('noneHelp')}</Coded>
            </Empty>
          )}
        </Paper>
      )}
      {groups.data
        ?.filter(({ status }) => status !== 'NotLoaded')
        .map(({ name, group }) => (
          <FloorPicture key={name} name={name} agentGroup={group} />
        ))}
      <SequencesPanel />
      <CompliancePanel />
    </Stack>
  );
}

interface CampaignRowProps {
  group: CampaignGroup;
  isBusy: boolean;
  perform: (operation: CampaignOperation) => void;
}

function CampaignRow({ group, isBusy, perform }: CampaignRowProps) {
  const say = useCampaignsTexts();
  const term = useCampaignTerms();
  const { agents, sequence } = group;
  const goal = { optimizeBy: term(group.optimizeBy), goal: group.optimizeGoal };
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550}>
          {group.campaign}
        </Text>
        <Text size="xs" c="dimmed">
          {sequence === undefined ? group.group : say('heldBy', { group: group.group, sequence })}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={STATUS_COLOR[group.status]} tt="none" miw="max-content">
          {term(group.status)}
        </Badge>
        {group.waitingFor.length > 0 && (
          <Text size="xs" c="dimmed">
            {say('waitsFor', { what: group.waitingFor.map(term).join(say('comma')) })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{term(group.dialMode)}</Text>
        <Text size="xs" c="dimmed">
          {say(group.optimizeBy === 'WaitTime' ? 'goalSeconds' : 'goalPercent', goal)}
        </Text>
      </Table.Td>
      <Table.Td className="tabular">{say('agentCounts', { ready: agents.ready, occupied: agents.occupied })}</Table.Td>
      <Table.Td className="tabular">{group.dialed}</Table.Td>
      <Table.Td className="tabular">{group.answered}</Table.Td>
      <Table.Td>
        <Abandoned group={group} />
      </Table.Td>
      <Table.Td className="tabular">{group.processed}</Table.Td>
      <Table.Td>
        <Group gap={6} justify="flex-end" wrap="nowrap">
          {operationsIn(group.status).map((operation) => (
            <Button
              key={operation}
              {...{ size: 'compact-sm', variant: 'default', disabled: isBusy || sequence !== undefined }}
              aria-label={say('operationOn', { operation: term(operation), name: group.name })}
              onClick={() => perform(operation)}
            >
              {term(operation)}
            </Button>
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** The abandoned calls against the limit that is never exceeded. */
function Abandoned({ group }: { group: CampaignGroup }) {
  const say = useCampaignsTexts();
  const { abandoned, answered, overdialRate: share = 0, overdialLimit: limit } = group;
  const shares = { share: formatPercent(share), limit: formatPercent(limit) };
  const told = say('abandonedTold', { abandoned, answered, ...shares });
  return (
    <Tooltip label={told}>
      <div>
        <Text size="sm" className="tabular">
          {shares.share}
        </Text>
        <Progress
          size="xs"
          value={limit === 0 ? 100 : Math.min(100, (100 * share) / limit)}
          color={share > limit ? 'red' : share > 0.9 * limit ? 'yellow' : 'teal'}
          aria-label={told}
        />
      </div>
    </Tooltip>
  );
}
