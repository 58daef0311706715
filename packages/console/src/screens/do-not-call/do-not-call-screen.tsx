import {
  Alert,
  Button,
  FileInput,
  Group,
  NativeSelect,
  Paper,
  Skeleton,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import {
  type DoNotCallEntry,
  type DoNotCallName,
  useAddDoNotCall,
  useDoNotCall,
  useDoNotCallFile,
  useRemoveDoNotCall,
} from '../../api/do-not-call.js';
import { RECORD_FILES } from '../../api/record-file.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import { LineErrors } from '../lists/import-panel.js';
import classes from '../lists/lists.module.css';

const KINDS = [
  { value: 'phone', label: 'Number' },
  { value: 'customer_id', label: 'Customer id' },
];

/** Who must not be called: looked up, entered and taken off, one by one or with a file. */
export function DoNotCallScreen() {
  return (
    <Stack gap="md">
      <Title order={1}>Do not call</Title>
      <div className={classes.columns}>
        <Entries />
        <Stack gap="md">
          <AddForm />
          <FileForm />
        </Stack>
      </div>
    </Stack>
  );
}

function nameOf(kind: string, value: string): DoNotCallName {
  return kind === 'phone' ? { phone: value } : { customer_id: value };
}

function KindSelect({ label, value, onChange }: { label: string; value: string; onChange: (kind: string) => void }) {
  return (
    <NativeSelect
      {...{ size: 'xs', 'aria-label': label, data: KINDS, value }}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Entries() {
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get('search') ?? '';
  const [kind, setKind] = useState(parameters.get('by') ?? 'phone');
  const [typed, setTyped] = useState(wanted);
  const list = useDoNotCall(wanted === '' ? undefined : nameOf(parameters.get('by') ?? 'phone', wanted));
  const remove = useRemoveDoNotCall();
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Paper component="section" aria-labelledby="entries-title" className={classes.scroll}>
      <Group justify="space-between" gap="sm" p="md" pb="xs">
        <Title order={2} id="entries-title">
          Entries
        </Title>
        <search>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setParameters(typed.trim() === '' ? {} : { by: kind, search: typed.trim() });
            }}
          >
            <Group gap="xs">
              <KindSelect label="Find by" value={kind} onChange={setKind} />
              <TextInput
                {...{ type: 'search', size: 'xs', w: 180, 'aria-label': 'Find an entry', value: typed }}
                placeholder={kind === 'phone' ? 'In any notation' : ''}
                onChange={(event) => setTyped(event.currentTarget.value)}
              />
              <Button type="submit" size="xs" variant="default">
                Find
              </Button>
            </Group>
          </form>
        </search>
      </Group>
      {remove.isError && <Failure what="The entry was not taken off" error={remove.error} />}
      {list.isPending && <Skeleton h={160} aria-label="Loading the do-not-call list" />}
      {list.isError && <Failure what="The list cannot be shown" error={list.error} retry={list.refetch} />}
      {entries.length > 0 && (
        <EntryTable
          entries={entries}
          isBusy={remove.isPending}
          remove={(name, shown) =>
            remove.mutate(name, {
              onSuccess: () => notifications.show({ color: 'teal', message: `${shown} may be called again.` }),
            })
          }
        />
      )}
      {list.data !== undefined && entries.length === 0 && (
        <Empty title={wanted === '' ? 'Nobody yet' : `“${wanted}” is not on the list`}>
          {wanted === '' ? 'Agents and applications enter people, too.' : 'It may be called, as far as this list says.'}
        </Empty>
      )}
      {list.hasNextPage && (
        <Group justify="center" py="xs">
          <Button
            {...{ size: 'compact-sm', variant: 'default', loading: list.isFetchingNextPage }}
            onClick={() => void list.fetchNextPage()}
          >
            Show more
          </Button>
        </Group>
      )}
    </Paper>
  );
}

interface EntryTableProps {
  entries: readonly DoNotCallEntry[];
  isBusy: boolean;
  remove: (name: DoNotCallName, shown: string) => void;
}

function EntryTable({ entries, isBusy, remove }: EntryTableProps) {
  return (
    <Table highlightOnHover aria-label="Do-not-call entries">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Number or customer</Table.Th>
          <Table.Th>Entered</Table.Th>
          <Table.Th>Of whom</Table.Th>
          <Table.Th>Note</Table.Th>
          <Table.Th aria-label="What to do" />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {entries.map((entry) => {
          const shown = entry.phone ?? entry.customer ?? '';
          const name = entry.phone === undefined ? { customer_id: shown } : { phone: shown };
          return (
            <Table.Tr key={`${entry.phone === undefined ? 'customer' : 'phone'} ${shown}`}>
              <Table.Td className="tabular">
                {shown}
                {entry.phone === undefined && (
                  <Text span size="xs" c="dimmed">
                    {' '}
                    customer
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{entry.at !== undefined && <Moment at={entry.at} />}</Table.Td>
              <Table.Td>{entry.internal ? 'the customer' : 'a list'}</Table.Td>
              <Table.Td>{entry.message ?? ''}</Table.Td>
              <Table.Td ta="right">
                <Button
                  {...{ size: 'compact-sm', variant: 'default', disabled: isBusy }}
                  aria-label={`Remove ${shown}`}
                  onClick={() => remove(name, shown)}
                >
                  Remove
                </Button>
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

function AddForm() {
  const [kind, setKind] = useState('phone');
  const [value, setValue] = useState('');
  const [message, setMessage] = useState('');
  const add = useAddDoNotCall();
  return (
    <Paper component="section" p="md" aria-labelledby="add-title">
      <Title order={2} id="add-title" mb="xs">
        Enter somebody
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const note = message.trim() === '' ? {} : { message: message.trim() };
          add.mutate(
            { ...nameOf(kind, value.trim()), ...note },
            {
              onSuccess: () => {
                notifications.show({ color: 'teal', message: `${value.trim()} is not called any more.` });
                setValue('');
                setMessage('');
              },
            },
          );
        }}
      >
        <Stack gap="xs">
          <Group gap="xs" wrap="nowrap">
            <KindSelect label="Kind of entry" value={kind} onChange={setKind} />
            <TextInput
              {...{ size: 'xs', flex: 1, required: true, 'aria-label': 'Number or customer id', value }}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          </Group>
          <TextInput
            {...{ size: 'xs', label: 'Note', maxLength: 255, value: message }}
            onChange={(event) => setMessage(event.currentTarget.value)}
          />
          {add.isError && <Failure what="Nobody was entered" error={add.error} />}
          <Group justify="flex-end">
            <Button type="submit" size="xs" disabled={value.trim() === ''} loading={add.isPending}>
              Enter
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

const DONE = { add: ['entered', 'already there'], remove: ['taken off', 'not on the list'] } as const;

function FileForm() {
  const [file, setFile] = useState<File | null>(null);
  const send = useDoNotCallFile();
  const [changed, unchanged] = DONE[send.variables?.action ?? 'add'];
  const submit = (action: 'add' | 'remove') => {
    if (file) send.mutate({ file, action });
  };
  return (
    <Paper component="section" p="md" aria-labelledby="file-title">
      <Title order={2} id="file-title" mb="xs">
        With a file
      </Title>
      <Stack gap="xs">
        <FileInput
          {...{ size: 'xs', accept: RECORD_FILES, clearable: true, value: file, onChange: setFile }}
          label="CSV with phone or customer_id, numbers alone, or JSON lines"
          placeholder="Choose a file"
        />
        <Group gap="xs" justify="flex-end">
          <Button
            {...{ size: 'xs', variant: 'default', disabled: file === null || send.isPending }}
            onClick={() => submit('remove')}
          >
            Take all off
          </Button>
          <Button {...{ size: 'xs', disabled: file === null, loading: send.isPending }} onClick={() => submit('add')}>
            Enter all
          </Button>
        </Group>
        {send.isError && <Failure what="The file was not taken" error={send.error} />}
        {send.data && (
          <Alert role="status" variant="light" color={send.data.rejected > 0 ? 'yellow' : 'teal'}>
            <Text size="sm">
              {send.data.changed.toLocaleString()} {changed}, {send.data.unchanged.toLocaleString()} {unchanged},{' '}
              {send.data.rejected.toLocaleString()} refused.
            </Text>
            <LineErrors errors={send.data.errors} />
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
