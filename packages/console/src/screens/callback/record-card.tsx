import { Code, CopyButton, Group, Paper, Text, Title, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Callback, isUserData } from '../../api/callbacks.js';
import { Moment } from '../../time/moment.js';
import classes from './record-card.module.css';
import { useCallbackTexts } from './use-callback-texts.js';

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
  const say = useCallbackTexts();
  const entries = Object.entries(callback.record);
  const userData = entries.filter(([key]) => isUserData(key));
  const others = entries.filter(([key]) => key.startsWith('_') && !SHOWN_ABOVE.has(key));
  return (
    <Paper component="section" p="md" aria-labelledby="record-title">
      <Title order={2} id="record-title" mb="xs">
        {say('record')}
      </Title>
      <dl className={classes.facts}>
        <Fact name={say('service')}>{callback.service}</Fact>
        <Fact name={say('desired')}>
          {callback.desiredAt === undefined ? say('atOnce') : <Moment at={callback.desiredAt} />}
        </Fact>
        {callback.createdAt !== undefined && (
          <Fact name={say('booked')}>
            <Moment at={callback.createdAt} />
          </Fact>
        )}
        {callback.changedAt !== undefined && (
          <Fact name={say('changed')}>
            <Moment at={callback.changedAt} />
          </Fact>
        )}
        <Fact name={say('id')}>
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
          <summary>{say('allKeys')}</summary>
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
  const say = useCallbackTexts();
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Group gap="xs" wrap="nowrap" align="flex-start">
          <Text component="span" inherit className={classes.identifier}>
            {value}
          </Text>
          <UnstyledButton
            fz="xs"
            c="dimmed"
            style={{ flex: 'none' }}
            onClick={copy}
            aria-label={say('copyValue', { value })}
          >
            {say(copied ? 'copied' : 'copy')}
          </UnstyledButton>
        </Group>
      )}
    </CopyButton>
  );
}
