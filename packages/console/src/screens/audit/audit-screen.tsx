import { Button, Code, Group, Paper, Skeleton, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useSearchParams } from 'react-router-dom';
import { type AuditEntry, type AuditFilter, useAudit } from '../../api/people.js';
import { type Say, useTexts } from '../../i18n/use-texts.js';
import { Empty } from '../../layout/empty.js';
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import * as texts from './audit.texts.js';
import { differencesOf } from './differences.js';

const FIELDS = ['author', 'kind', 'name'] as const;

/** Who changed what in the administration. */
export function AuditScreen() {
  const say = useTexts('audit', texts);
  const [parameters] = useSearchParams();
  const filter = filterOf((field) => parameters.get(field));
  const audit = useAudit(filter);
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Stack gap="md">
      <div>
        <Title order={1}>{say('title')}</Title>
        <Text size="sm" c="dimmed">
          {say('intro')}
        </Text>
      </div>
      <FilterForm key={JSON.stringify(filter)} filter={filter} />
      {audit.isPending && <Skeleton h={240} aria-label={say('loading')} />}
      {audit.isError && <Failure what={say('failed')} error={audit.error} retry={audit.refetch} />}
      {audit.data !== undefined && entries.length === 0 && <Empty title={say('nothing')}>{say('nothingHint')}</Empty>}
      {entries.length > 0 && (
        <Paper style={{ overflowX: 'auto' }}>
          <Table highlightOnHover verticalSpacing="xs" aria-label={say('title')}>
            <Table.Thead>
              <Table.Tr>
                {(['at', 'author', 'what', 'object', 'changes'] as const).map((column) => (
                  <Table.Th key={column}>{say(column)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <EntryRow key={entry.id} entry={entry} />
              ))}
            </Table.Tbody>
          </Table>
        </Paper>
      )}
      {audit.hasNextPage && (
        <Group justify="center">
          <Button variant="default" loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {say('more')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function FilterForm({ filter }: { filter: AuditFilter }) {
  const say = useTexts('audit', texts);
  const [, setParameters] = useSearchParams();
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          setParameters({ ...filterOf((field) => fields.get(field)) });
        }}
      >
        <Group gap="sm" align="flex-end">
          {FIELDS.map((field) => (
            <TextInput key={field} size="xs" name={field} label={say(field)} defaultValue={filter[field] ?? ''} />
          ))}
          <Button type="submit" size="xs" variant="default">
            {say('find')}
          </Button>
        </Group>
      </form>
    </search>
  );
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const say = useTexts('audit', texts);
  const { at, author, address, kind, name } = entry;
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Moment at={at} />
      </Table.Td>
      <Table.Td>
        {author}
        {address !== undefined && (
          <Text size="xs" c="dimmed">
            {address}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{actionOf(entry, say)}</Table.Td>
      <Table.Td translate="no">
        {name}
        <Text size="xs" c="dimmed">
          {kind}
        </Text>
      </Table.Td>
      <Table.Td translate="no">
        <Changes entry={entry} />
      </Table.Td>
    </Table.Tr>
  );
}

function Changes({ entry }: { entry: AuditEntry }) {
  const say = useTexts('audit', texts);
  const differences = differencesOf(entry);
  if (entry.action === 'updated' && differences.length === 0) return <Text size="sm">{say('secret')}</Text>;
  return (
    <Stack gap={2}>
      {differences.map(({ member, before, after }) => (
        <Text key={member} size="sm" component="div" style={{ overflowWrap: 'anywhere' }}>
          {member} {before !== undefined && <Code component="del">{before}</Code>}{' '}
          {after !== undefined && <Code component="ins">{after}</Code>}
        </Text>
      ))}
    </Stack>
  );
}

function actionOf({ action }: AuditEntry, say: Say<typeof texts.en>): string {
  return action === 'created' || action === 'updated' || action === 'deleted' ? say(action) : action;
}

/** What is asked for; fields that are empty ask for nothing. */
function filterOf(read: (field: string) => FormDataEntryValue | null): AuditFilter {
  const filter: AuditFilter = {};
  for (const field of FIELDS) {
    const value = read(field);
    if (typeof value === 'string' && value.trim() !== '') filter[field] = value.trim();
  }
  return filter;
}
