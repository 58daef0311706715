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
import { Failure } from '../../layout/failure.js';
import { Moment } from '../../time/moment.js';
import classes from './lists.module.css';

/** Brings a file into a list and shows how far it is, what it did and which lines were refused. */
export function ImportPanel({ list }: { list: string }) {
  const [file, setFile] = useState<File | null>(null);
  const send = useImportRecords(list);
  const imports = useImports(list, send.isPending);
  return (
    <Paper component="section" p="md" aria-labelledby="import-title">
      <Title order={2} id="import-title" mb="xs">
        Import
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
            label="CSV with a header line, or JSON lines"
            placeholder="Choose a file"
            value={file}
            onChange={setFile}
          />
          <Button type="submit" size="xs" disabled={file === null} loading={send.isPending}>
            Import
          </Button>
        </Group>
      </form>
      <Stack gap="sm" mt="sm">
        {send.isError && <Failure what="The file was not imported" error={send.error} />}
        {send.data && (
          <Alert role="status" variant="light" color={send.data.rejected > 0 ? 'yellow' : 'teal'}>
            <Text size="sm">{told(send.data)}.</Text>
            <LineErrors errors={send.data.errors} />
          </Alert>
        )}
        {imports.isError && <Failure what="The imports cannot be shown" error={imports.error} />}
        {imports.data?.slice(0, 5).map((one) => (
          <ImportLine key={one.id} one={one} />
        ))}
      </Stack>
    </Paper>
  );
}

function ImportLine({ one }: { one: ListImport }) {
  const share = one.totalBytes === undefined || one.totalBytes === 0 ? undefined : one.bytes / one.totalBytes;
  const isRunning = one.state === 'running';
  return (
    <div>
      <Group justify="space-between" gap="xs">
        <Text size="xs">
          <Moment at={one.startedAt} />, {one.state}
        </Text>
        <Text size="xs" c="dimmed" className="tabular">
          {told(one)}
        </Text>
      </Group>
      {isRunning && (
        <Progress
          {...{ size: 'sm', animated: true, value: 100 * (share ?? 1) }}
          aria-label={share === undefined ? 'Being read' : `${Math.round(100 * share)} % read`}
        />
      )}
      {one.problem !== undefined && (
        <Text size="xs" c="red">
          {one.problem}
        </Text>
      )}
    </div>
  );
}

function told({ inserted, rejected }: ImportReport): string {
  return `${inserted.toLocaleString()} imported, ${rejected.toLocaleString()} refused`;
}

/** Lines of a file that were refused, each with its reason. */
export function LineErrors({ errors }: { errors: readonly LineError[] }) {
  if (errors.length === 0) return null;
  return (
    <ul className={classes.errors} aria-label="Refused lines">
      {errors.slice(0, 200).map(({ line, reason }) => (
        <li key={`${line} ${reason}`}>
          Line {line}: {reason}
        </li>
      ))}
      {errors.length > 200 && <li>and {errors.length - 200} more</li>}
    </ul>
  );
}
