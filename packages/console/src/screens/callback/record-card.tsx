import { Code, CopyButton, Group, Paper, Text, Title, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Callback, isUserData } from '../../api/callbacks.js';
import { Moment } from '../../time/moment.js';
import classes from './record-card.module.css';

/** Keys that have a row of their own above the others. */
const SHOWN_ABOVE = new Set([
  '_id',
  '_service_name',
  '_callback_state',
  '_callback_reason',
  '_customer_number',
  '_desired_time',
  '_created_time',
  '_changed_time',
  '_url',
]);

/** A callback's record: the main facts, what the customer told, then the other keys as they are. */
export function RecordCard({ callback }: { callback: Callback }) {
  const entries = Object.entries(callback.record);
  const userData = entries.filter(([key]) => isUserData(key));
  const others = entries.filter(([key]) => key.startsWith('_') && !SHOWN_ABOVE.has(key));
  return (
    <Paper component="section" p="md" aria-labelledby="record-title">
      <Title order={2} id="record-title" mb="xs">
        Record
      </Title>
      <dl className={classes.facts}>
        <Fact name="Service">{callback.service}</Fact>
        <Fact name="Desired time">
          {callback.desiredAt === undefined ? 'at once' : <Moment at={callback.desiredAt} />}
        </Fact>
        {callback.createdAt !== undefined && (
          <Fact name="Booked">
            <Moment at={callback.createdAt} />
          </Fact>
        )}
        {callback.changedAt !== undefined && (
          <Fact name="Last change">
            <Moment at={callback.changedAt} />
          </Fact>
        )}
        <Fact name="Id">
          <Copyable value={callback.id} />
        </Fact>
        {userData.map(([key, value]) => (
          <Fact key={key} name={key}>
            {value}
          </Fact>
        ))}
      </dl>
      {others.length > 0 && (
        <details className={classes.more}>
          <summary>All keys</summary>
          <dl className={classes.facts}>
            {others.map(([key, value]) => (
              <Fact key={key} name={<Code>{key}</Code>}>
                {value}
              </Fact>
            ))}
          </dl>
        </details>
      )}
    </Paper>
  );
}

function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Copyable({ value }: { value: string }) {
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Text component="span" inherit className={classes.identifier}>
            {value}
          </Text>
          <UnstyledButton fz="xs" c="dimmed" style={{ flex: 'none' }} onClick={copy} aria-label={`Copy ${value}`}>
            {copied ? 'copied' : 'copy'}
          </UnstyledButton>
        </Group>
      )}
    </CopyButton>
  );
}
