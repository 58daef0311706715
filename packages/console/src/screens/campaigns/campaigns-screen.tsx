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
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { CompliancePanel } from './compliance-panel.js';
import { FloorPicture } from './floor-picture.js';
import { SequencesPanel } from './sequences-panel.js';

const STATUS_COLOR: Readonly<Record<CampaignStatus, string>> = {
  NotLoaded: 'gray',
  Inactive: 'orange',
  Active: 'blue',
  Running: 'teal',
  WaitingUnload: 'yellow',
  UnloadInProgress: 'yellow',
};

const OPERATION_TEXT: Readonly<Record<CampaignOperation, string>> = {
  load: 'Load',
  start: 'Start',
  stop: 'Stop',
  unload: 'Unload',
  'force-unload': 'Force unload',
};

/** Every campaign group: its state, what it has done since it was loaded, and what can be done with it. */
export function CampaignsScreen() {
  const groups = useCampaignGroups();
  const operation = useCampaignOperation();
  return (
    <Stack gap="md">
      <Title order={1}>Campaigns</Title>
      {operation.isError && <Failure what="The campaign group did not do it" error={operation.error} />}
      {groups.isPending && <Skeleton h={220} aria-label="Loading campaigns" />}
      {groups.isError && <Failure what="The campaigns cannot be shown" error={groups.error} retry={groups.refetch} />}
      {groups.data !== undefined && (
        <Paper style={{ overflowX: 'auto' }}>
          <Table highlightOnHover aria-label="Campaigns">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Campaign</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Mode</Table.Th>
                <Table.Th>Agents</Table.Th>
                <Table.Th>Dialed</Table.Th>
                <Table.Th>Answered</Table.Th>
                <Table.Th>Abandoned</Table.Th>
                <Table.Th>Processed</Table.Th>
                <Table.Th>
                  <VisuallyHidden>What to do</VisuallyHidden>
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
            <Empty title="No campaigns yet">
              Campaigns, calling lists and campaign groups are configured in a file or over <code>/api/v1</code>.
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
  const { agents } = group;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550}>
          {group.campaign}
        </Text>
        <Text size="xs" c="dimmed">
          {group.group}
          {group.sequence !== undefined && `, held by the sequence of ${group.sequence}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={STATUS_COLOR[group.status]} tt="none" miw="max-content">
          {group.status}
        </Badge>
        {group.waitingFor.length > 0 && (
          <Text size="xs" c="dimmed">
            waits for {group.waitingFor.join(', ')}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm">{group.dialMode}</Text>
        <Text size="xs" c="dimmed">
          {group.optimizeBy} {group.optimizeGoal}
          {group.optimizeBy === 'WaitTime' ? ' s' : ' %'}
        </Text>
      </Table.Td>
      <Table.Td className="tabular">
        {agents.ready} ready, {agents.occupied} busy
      </Table.Td>
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
              {...{ size: 'compact-sm', variant: 'default', disabled: isBusy || group.sequence !== undefined }}
              aria-label={`${OPERATION_TEXT[operation]} ${group.name}`}
              onClick={() => perform(operation)}
            >
              {OPERATION_TEXT[operation]}
            </Button>
          ))}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** The abandoned calls against the limit that is never exceeded. */
function Abandoned({ group }: { group: CampaignGroup }) {
  const { overdialRate: share = 0, overdialLimit: limit } = group;
  const told = `${group.abandoned} of ${group.answered} answered calls, ${percent(share)}; the limit is ${percent(limit)}`;
  return (
    <Tooltip label={told}>
      <div>
        <Text size="sm" className="tabular">
          {percent(share)}
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

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
