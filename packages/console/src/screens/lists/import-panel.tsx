import { Alert, Button, FileInput, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import {
  type ImportReport,
  type LineError,
  type ListImport,
  useImportRecords,
  useImports,
} from '../../api/calling-lists.js';
import { RECORD_FILES } from '../../api/record-file.js';
import type { Say } from '../../i18n/use-texts.js';
import { Failure } from '../../layout/failure.js';
import { With } from '../../layout/with.js';
import { DANGER } from '../../theme.js';
import { formatNumber } from '../../time/format.js';
import { Moment } from '../../time/moment.js';
import classes from './lists.module.css';
import type * as texts from './lists.texts.js';
import { useListsTexts } from './use-lists-texts.js';

/** Brings a file into a list and shows how far it is, what it did and which lines were refused. */
export function ImportPanel({ list }: { list: string }) {
  const say = useListsTexts();
  const [file, setFile] = useState<File | null>(null);
  const send = useImportRecords(list);
  const imports = useImports(list, send.isPending);
  return (
    <Paper component="section" p="md" aria-labelledby="import-title">
      <Title order={2} id="import-title" mb="xs">
        {say('import')}
      </Title>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (file) send.mutate(file);
        }}
      >
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <FileInput
            {...{ size: 'xs', flex: 1, accept: RECORD_FILES, clearable: true }}
            label={say('fileForms')}
            placeholder={say('chooseFile')}
            value={file}
            onChange={setFile}
          />
          <Button type="submit" size="xs" disabled={file === null} loading={send.isPending}>
            {say('importFile')}
          </Button>
        </Group>
      </form>
      <Stack gap="sm" mt="sm">
        {send.isError && <Failure what={say('notImported')} error={send.error} />}
        {send.data && (
          <Alert role="status" variant="light" color={send.data.rejected > 0 ? 'yellow' : 'teal'}>
            <Text size="sm">{say('sentence', { told: told(say, send.data) })}</Text>
            <LineErrors errors={send.data.errors} />
          </Alert>
        )}
        {imports.isError && <Failure what={say('importsNotShown')} error={imports.error} />}
        {imports.data?.slice(0, 5).map((one) => (
          <ImportLine key={one.id} one={one} />
        ))}
      </Stack>
    </Paper>
  );
}

function ImportLine({ one }: { one: ListImport }) {
  const say = useListsTexts();
  const share = one.totalBytes === undefined || one.totalBytes === 0 ? undefined : one.bytes / one.totalBytes;
  const isRunning = one.state === 'running';
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="xs">
          <With text={(time) => say('importState', { time, state: isState(one.state) ? say(one.state) : one.state })}>
            <Moment at={one.startedAt} />
          </With>
        </Text>
        <Text size="xs" c="dimmed" className="tabular">
          {told(say, one)}
        </Text>
      </Group>
      {isRunning && (
        <Progress
          {...{ size: 'sm', animated: true, value: 100 * (share ?? 1) }}
          aria-label={share === undefined ? say('beingRead') : say('readShare', { percent: Math.round(100 * share) })}
        />
      )}
      {one.problem !== undefined && (
        <Text size="xs" c={DANGER}>
          {one.problem}
        </Text>
      )}
    </div>
  );
}

const STATES = ['running', 'done', 'failed', 'interrupted'] as const;

function isState(state: string): state is (typeof STATES)[number] {
  return STATES.some((known) => known === state);
}

function told(say: Say<typeof texts.en>, { inserted, rejected }: ImportReport): string {
  return say('imported', { inserted: formatNumber(inserted), rejected: formatNumber(rejected) });
}

/** Lines of a file that were refused, each with its reason. */
export function LineErrors({ errors }: { errors: readonly LineError[] }) {
  const say = useListsTexts();
  if (errors.length === 0) return null;
  return (
    <ul className={classes.errors} aria-label={say('refusedLines')}>
      {errors.slice(0, 200).map(({ line, reason }) => (
        <li key={`${line} ${reason}`}>{say('refusedLine', { line, reason })}</li>
      ))}
      {errors.length > 200 && <li>{say('moreLines', { count: errors.length - 200 })}</li>}
    </ul>
  );
}
