import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { text } from '../../api/json.js';
import type { DesktopRecord } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import classes from './agent.module.css';
import { DispositionForm } from './disposition-form.js';
import { Facts } from './facts.js';
import { RescheduleForm } from './reschedule-form.js';

interface RecordPanelProps {
  record: DesktopRecord;
  link: DesktopLink;
  isInCall: boolean;
  /** The other records of its chain, if they were asked for. */
  chain: readonly DesktopRecord[] | undefined;
  /** The callback that takes effect when the record is finished. */
  arranged: string | undefined;
}

/** A record on the desktop: whom it is about, and everything that can be done with it. */
export function RecordPanel({ record, link, isInCall, chain, arranged }: RecordPanelProps) {
  const { handle, keys } = record;
  const title = `record-${handle}`;
  const ask = (name: string) => link.userEvent(name, { GSW_RECORD_HANDLE: handle });
  return (
    <Paper component="section" p="md" aria-labelledby={title}>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <div>
            <Title order={2} id={title} className={classes.phone}>
              {text(keys, 'GSW_PHONE') ?? 'No number'}
            </Title>
            <Text size="sm" c="dimmed">
              {text(keys, 'GSW_CAMPAIGN_NAME')}, list {text(keys, 'GSW_CALLING_LIST')}, attempts{' '}
              {text(keys, 'GSW_ATTEMPTS') ?? 0}, {text(keys, 'GSW_TZ_NAME')}
            </Text>
          </div>
          <Group gap="xs">
            <Button
              disabled={isInCall}
              aria-keyshortcuts="Alt+D"
              title="Alt+D"
              onClick={() => link.send({ type: 'preview-accept', handle })}
            >
              Dial
            </Button>
            <Button variant="default" disabled={isInCall} onClick={() => link.send({ type: 'preview-reject', handle })}>
              Give back
            </Button>
          </Group>
        </Group>
        {arranged !== undefined && (
          <Badge variant="light" tt="none" color="grape">
            {arranged}
          </Badge>
        )}
        <div className={classes.part}>
          <DispositionForm record={record} link={link} isInCall={isInCall} />
        </div>
        <div className={classes.part}>
          <RescheduleForm record={record} link={link} />
        </div>
        <Group gap="xs" className={classes.part}>
          <Button size="compact-sm" variant="default" onClick={() => ask('DoNotCall')}>
            Do not call again
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('RequestRecordCancel')}>
            Cancel the record
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('ChainedRecordRequest')}>
            Other numbers
          </Button>
        </Group>
        {chain?.map((other) => (
          <Group key={other.handle} justify="space-between" data-chained={other.handle}>
            <Text size="sm" className="tabular">
              {text(other.keys, 'GSW_PHONE')}, attempts {text(other.keys, 'GSW_ATTEMPTS') ?? 0}
            </Text>
            <Button
              size="compact-xs"
              variant="light"
              disabled={isInCall}
              aria-label={`Dial ${text(other.keys, 'GSW_PHONE') ?? 'the other number'}`}
              onClick={() => link.send({ type: 'preview-accept', handle: other.handle })}
            >
              Dial
            </Button>
          </Group>
        ))}
        <details className={`${classes.details} ${classes.part}`}>
          <summary>Everything about the record</summary>
          <Facts members={keys} />
        </details>
      </Stack>
    </Paper>
  );
}
