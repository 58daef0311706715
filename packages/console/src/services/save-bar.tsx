import { Button, Group, Paper, Text } from '@mantine/core';
import { Failure } from '../layout/failure.js';
import classes from './save-bar.module.css';
import type { ServiceEdits } from './service-edits.js';
import { useSavingTexts } from './use-saving-texts.js';

/** Says that something is not saved yet, saves it, and tells what the server refuses. */
export function SaveBar({ edits, marksFields = false }: { edits: ServiceEdits; marksFields?: boolean }) {
  const say = useSavingTexts();
  const { count, error, refused } = edits;
  const told = marksFields && refused.size > 0 ? new Error(say('marked')) : error;
  return (
    <>
      {error && <Failure what={say('notSaved')} error={told} />}
      {count > 0 && (
        <Paper component="section" p="xs" className={classes.bar} aria-label={say('save')} shadow="md">
          <Group justify="space-between">
            <Text size="sm">{say('changed', { count })}</Text>
            <Group gap="xs">
              <Button size="xs" variant="default" onClick={edits.revert}>
                {say('revert')}
              </Button>
              <Button size="xs" loading={edits.isSaving} onClick={edits.save}>
                {say('save')}
              </Button>
            </Group>
          </Group>
        </Paper>
      )}
    </>
  );
}
