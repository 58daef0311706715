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
import { SearchForm, useSearched } from '../../layout/search-form.js';
import { formatNumber } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import { LineErrors } from '../lists/import-panel.js';
import classes from '../lists/lists.module.css';
import { useDoNotCallTexts } from './use-do-not-call-texts.js';

const KINDS = ['phone', 'customer_id'] as const;
type Kind = (typeof KINDS)[number];

/** Who must not be called: looked up, entered and taken off, one by one or with a file. */
export function DoNotCallScreen() {
  const say = useDoNotCallTexts();
  return (
    <Stack gap="md">
      <Title order={1}>{say('title')}</Title>
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

function nameOf(kind: Kind, value: string): DoNotCallName {
  return kind === 'phone' ? { phone: value } : { customer_id: value };
}

function Entries() {
  const say = useDoNotCallTexts();
  const searched = useSearched(KINDS, 'phone');
  const { by, wanted } = searched;
  const list = useDoNotCall(wanted === '' ? undefined : nameOf(by, wanted));
  const remove = useRemoveDoNotCall();
  const entries = list.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Paper component="section" aria-labelledby="entries-title" className={classes.scroll}>
      <Group justify="space-between" gap="sm" p="md" pb="xs">
        <Title order={2} id="entries-title">
          {say('entries')}
        </Title>
        <SearchForm
          {...{ searched, label: say('findEntry'), labelOfKinds: say('findBy'), find: say('find') }}
          kinds={[
            { value: 'phone', label: say('kind_phone'), placeholder: say('anyNotation') },
            { value: 'customer_id', label: say('kind_customer_id') },
          ]}
        />
      </Group>
      {remove.isError && <Failure what={say('notTakenOff')} error={remove.error} />}
      {list.isPending && <Skeleton h={160} aria-label={say('loading')} />}
      {list.isError && <Failure what={say('notShown')} error={list.error} retry={list.refetch} />}
      {entries.length > 0 && (
        <EntryTable
          entries={entries}
          isBusy={remove.isPending}
          remove={(name, shown) =>
            remove.mutate(name, {
              onSuccess: () => notifications.show({ color: 'teal', message: say('mayBeCalled', { name: shown }) }),
            })
          }
        />
      )}
      {list.data !== undefined && entries.length === 0 && (
        <Empty title={wanted === '' ? say('nobody') : say('notListed', { wanted })}>
          {say(wanted === '' ? 'nobodyHelp' : 'notListedHelp')}
        </Empty>
      )}
      {list.hasNextPage && (
        <Group justify="center" py="xs">
          <Button
            {...{ size: 'compact-sm', variant: 'default', loading: list.isFetchingNextPage }}
            onClick={() => void list.fetchNextPage()}
          >
            {say('more')}
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
  const say = useDoNotCallTexts();
  return (
    <Table highlightOnHover aria-label={say('table')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say('who')}</Table.Th>
          <Table.Th>{say('entered')}</Table.Th>
          <Table.Th>{say('source')}</Table.Th>
          <Table.Th>{say('note')}</Table.Th>
          <Table.Th aria-label={say('actions')} />
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
                    {say('customer')}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>{entry.at !== undefined && <Moment at={entry.at} />}</Table.Td>
              <Table.Td>{say(entry.internal ? 'byCustomer' : 'byList')}</Table.Td>
              <Table.Td>{entry.message ?? ''}</Table.Td>
              <Table.Td ta="right">
                <Button
                  {...{ size: 'compact-sm', variant: 'default', disabled: isBusy }}
                  aria-label={say('removeName', { name: shown })}
                  onClick={() => remove(name, shown)}
                >
                  {say('remove')}
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
  const say = useDoNotCallTexts();
  const [kind, setKind] = useState<Kind>('phone');
  const [value, setValue] = useState('');
  const [message, setMessage] = useState('');
  const add = useAddDoNotCall();
  return (
    <Paper component="section" p="md" aria-labelledby="add-title">
      <Title order={2} id="add-title" mb="xs">
        {say('addTitle')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const note = message.trim() === '' ? {} : { message: message.trim() };
          add.mutate(
            { ...nameOf(kind, value.trim()), ...note },
            {
              onSuccess: () => {
                notifications.show({ color: 'teal', message: say('added', { name: value.trim() }) });
                setValue('');
                setMessage('');
              },
            },
          );
        }}
      >
        <Stack gap="xs">
          <Group gap="xs" wrap="nowrap">
            <NativeSelect
              {...{ size: 'xs', 'aria-label': say('kind'), value: kind }}
              data={KINDS.map((one) => ({ value: one, label: say(`kind_${one}`) }))}
              onChange={(event) => setKind(event.currentTarget.value === 'phone' ? 'phone' : 'customer_id')}
            />
            <TextInput
              {...{ size: 'xs', flex: 1, required: true, 'aria-label': say('whoExactly'), value }}
              onChange={(event) => setValue(event.currentTarget.value)}
            />
          </Group>
          <TextInput
            {...{ size: 'xs', label: say('note'), maxLength: 255, value: message }}
            onChange={(event) => setMessage(event.currentTarget.value)}
          />
          {add.isError && <Failure what={say('notAdded')} error={add.error} />}
          <Group justify="flex-end">
            <Button type="submit" size="xs" disabled={value.trim() === ''} loading={add.isPending}>
              {say('add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function FileForm() {
  const say = useDoNotCallTexts();
  const [file, setFile] = useState<File | null>(null);
  const send = useDoNotCallFile();
  const submit = (action: 'add' | 'remove') => {
    if (file) send.mutate({ file, action });
  };
  return (
    <Paper component="section" p="md" aria-labelledby="file-title">
      <Title order={2} id="file-title" mb="xs">
        {say('fileTitle')}
      </Title>
      <Stack gap="xs">
        <FileInput
          {...{ size: 'xs', accept: RECORD_FILES, clearable: true, value: file, onChange: setFile }}
          label={say('fileForms')}
          placeholder={say('chooseFile')}
        />
        <Group gap="xs" justify="flex-end">
          <Button
            {...{ size: 'xs', variant: 'default', disabled: file === null || send.isPending }}
            onClick={() => submit('remove')}
          >
            {say('removeAll')}
          </Button>
          <Button {...{ size: 'xs', disabled: file === null, loading: send.isPending }} onClick={() => submit('add')}>
            {say('addAll')}
          </Button>
        </Group>
        {send.isError && <Failure what={say('fileNotTaken')} error={send.error} />}
        {send.data && (
          <Alert role="status" variant="light" color={send.data.rejected > 0 ? 'yellow' : 'teal'}>
            <Text size="sm">
              {say(send.variables.action === 'add' ? 'fileAdded' : 'fileRemoved', {
                changed: formatNumber(send.data.changed),
                unchanged: formatNumber(send.data.unchanged),
                rejected: formatNumber(send.data.rejected),
              })}
            </Text>
            <LineErrors errors={send.data.errors} />
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}
