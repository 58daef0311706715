import { Anchor, Text } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { Link } from 'react-router-dom';
import { CALLBACK_STATES, type CallbackState } from '../../api/callbacks.js';
import { ReasonText, StateMark } from '../../callbacks/state.js';
import { Moment } from '../../time/moment.js';
import classes from './callback-table.module.css';
import { QueuePlace } from './queue-place.js';
import { dueAt, type LiveCallback } from './scope.js';
import { type SayLive, useLiveTexts } from './use-live-texts.js';
import { Waiting } from './waiting.js';

/** States in which a callback has a place in a queue. */
const IN_QUEUE: readonly CallbackState[] = ['QUEUED', 'PAUSED', 'ROUTING'];

const column = createColumnHelper<LiveCallback>();

/** A text within the table. */
function Said({ text }: { text: Parameters<SayLive>[0] }) {
  return useLiveTexts()(text);
}

/** The columns of the live table; those that a phone has no room for are in `WIDE_ONLY`. */
export const COLUMNS = [
  column.accessor((callback) => CALLBACK_STATES.indexOf(callback.state), {
    id: 'state',
    header: () => <Said text="state" />,
    cell: ({ row: { original } }) => (
      <>
        <StateMark state={original.state} reason={original.reason} />
        {original.reason !== undefined && (
          <Text size="xs" c="dimmed" className={classes.reason}>
            <ReasonText reason={original.reason} />
          </Text>
        )}
      </>
    ),
  }),
  column.accessor('customerNumber', {
    header: () => <Said text="customer" />,
    cell: ({ row: { original } }) => (
      <>
        <Anchor component={Link} to={`/callbacks/${encodeURIComponent(original.id)}`} inherit className={classes.open}>
          {original.customerNumber || <Said text="noNumber" />}
        </Anchor>
        <Text size="xs" c="dimmed" truncate maw={180}>
          {original.record.name}
        </Text>
      </>
    ),
  }),
  column.accessor('service', { header: () => <Said text="service" /> }),
  column.accessor((callback) => dueAt(callback) ?? 0, {
    id: 'desired',
    header: () => <Said text="desired" />,
    cell: ({ getValue }) => (getValue() === 0 ? '–' : <Moment at={getValue()} />),
  }),
  column.accessor((callback) => dueAt(callback) ?? 0, {
    id: 'waiting',
    header: () => <Said text="waiting" />,
    cell: ({ row: { original } }) => (
      <>
        <Waiting callback={original} />
        {original.desiredAt !== undefined && (
          <Text size="xs" c="dimmed" hiddenFrom="sm">
            <Moment at={original.desiredAt} />
          </Text>
        )}
      </>
    ),
  }),
  column.display({
    id: 'place',
    header: () => <Said text="position" />,
    cell: ({ row: { original } }) =>
      IN_QUEUE.includes(original.state) ? (
        <QueuePlace id={original.id} />
      ) : (
        <Text component="span" c="dimmed">
          –
        </Text>
      ),
  }),
  column.accessor('activeAt', {
    header: () => <Said text="activity" />,
    cell: ({ getValue }) => <Moment at={getValue()} />,
  }),
];

export const WIDE_ONLY: ReadonlySet<string> = new Set(['service', 'desired', 'place', 'activeAt']);
