import { Badge, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { asTexts } from '../../api/customers.js';
import { text } from '../../api/json.js';
import type { Arranged, DesktopRecord } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { Facts } from '../../layout/facts.js';
import classes from './agent.module.css';
import { DispositionForm } from './disposition-form.js';
import { RescheduleForm } from './reschedule-form.js';
import { useAgentTexts } from './use-agent-texts.js';

interface RecordPanelProps {
  record: DesktopRecord;
  link: DesktopLink;
  isInCall: boolean;
  /** The other records of its chain, if they were asked for. */
  chain: readonly DesktopRecord[] | undefined;
  /** The callback that takes effect when the record is finished. */
  arranged: Arranged | undefined;
}

/** A record on the desktop: whom it is about, and everything that can be done with it. */
export function RecordPanel({ record, link, isInCall, chain, arranged }: RecordPanelProps) {
  const say = useAgentTexts();
  const { handle, keys } = record;
  const title = `record-${handle}`;
  const ask = (name: string) => link.userEvent(name, { GSW_RECORD_HANDLE: handle });
  const dialOf = (phone?: string) => (phone === undefined ? say('dialOther') : say('dialNumber', { phone }));
  return (
    <Paper component="section" p="md" aria-labelledby={title}>
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <div>
            <Title order={2} id={title} className={classes.phone}>
              {text(keys, 'GSW_PHONE') ?? say('noNumber')}
            </Title>
            <Text size="sm" c="dimmed">
              {say('about', {
                campaign: text(keys, 'GSW_CAMPAIGN_NAME') ?? '',
                list: text(keys, 'GSW_CALLING_LIST') ?? '',
                attempts: text(keys, 'GSW_ATTEMPTS') ?? 0,
                zone: text(keys, 'GSW_TZ_NAME') ?? '',
              })}
            </Text>
          </div>
          <Group gap="xs">
            <Button
              disabled={isInCall}
              aria-keyshortcuts="Alt+D"
              title="Alt+D"
              onClick={() => link.send({ type: 'preview-accept', handle })}
            >
              {say('dial')}
            </Button>
            <Button variant="default" disabled={isInCall} onClick={() => link.send({ type: 'preview-reject', handle })}>
              {say('giveBack')}
            </Button>
          </Group>
        </Group>
        {arranged !== undefined && (
          <Badge variant="light" tt="none" color="grape">
            {say(`arranged-${arranged.whose}`, { time: arranged.time })}
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
            {say('doNotCall')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('RequestRecordCancel')}>
            {say('cancelRecord')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => ask('ChainedRecordRequest')}>
            {say('otherNumbers')}
          </Button>
        </Group>
        {chain?.map((other) => (
          <Group key={other.handle} justify="space-between" data-chained={other.handle}>
            <Text size="sm" className="tabular">
              {say('otherNumber', {
                phone: text(other.keys, 'GSW_PHONE') ?? '',
                attempts: text(other.keys, 'GSW_ATTEMPTS') ?? 0,
              })}
            </Text>
            <Button
              size="compact-xs"
              variant="light"
              disabled={isInCall}
              aria-label={dialOf(text(other.keys, 'GSW_PHONE'))}
              onClick={() => link.send({ type: 'preview-accept', handle: other.handle })}
            >
              {say('dial')}
            </Button>
          </Group>
        ))}
        <details className={`${classes.details} ${classes.part}`}>
          <summary>{say('everything')}</summary>
          <Facts members={asTexts(keys)} />
        </details>
      </Stack>
    </Paper>
  );
}
