import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { number } from '../../api/json.js';
import { AGENT_RESULTS, firstResult } from '../../desktop/call-results.js';
import { customFields, type DesktopRecord } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { useRecordTerms } from '../../records/record-terms.js';
import { useAgentTexts } from './use-agent-texts.js';

const FINISH = 'finish';
const NEXT = [FINISH, 'Campaign', 'Personal'] as const;

interface DispositionFormProps {
  record: DesktopRecord;
  link: DesktopLink;
  isInCall: boolean;
}

/** How it went: the call result, what follows, and the fields of the list that have changed. */
export function DispositionForm({ record, link, isInCall }: DispositionFormProps) {
  const say = useAgentTexts();
  const { resultName } = useRecordTerms();
  const { handle, keys } = record;
  const [chosen, setChosen] = useState<string | null>(null);
  const [next, setNext] = useState<string>(FINISH);
  const [changes, setChanges] = useState<Readonly<Record<string, string>>>({});
  const result = chosen ?? firstResult(number(keys, 'GSW_CALL_RESULT'));
  const fields = customFields(keys);
  const finish = () =>
    link.send({
      type: 'disposition',
      handle,
      result: Number(result),
      fields: changes,
      ...(next !== FINISH && { treatment: next }),
    });
  const save = () =>
    link.userEvent('UpdateCallCompletionStats', {
      GSW_RECORD_HANDLE: handle,
      ...changes,
      ...(chosen !== null && { GSW_CALL_RESULT: Number(chosen) }),
    });
  return (
    <form
      aria-label={say('how')}
      onSubmit={(event) => {
        event.preventDefault();
        finish();
      }}
    >
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <Select
            label={say('result')}
            data={AGENT_RESULTS.map((value) => ({ value, label: resultName(Number(value)) }))}
            value={result}
            allowDeselect={false}
            onChange={setChosen}
          />
          <Select
            label={say('follows')}
            data={NEXT.map((value) => ({ value, label: say(`follows-${value}`) }))}
            value={next}
            allowDeselect={false}
            onChange={(value) => setNext(value ?? FINISH)}
          />
          {Object.entries(fields).map(([name, value]) => (
            <TextInput
              key={name}
              label={name}
              value={changes[name] ?? value}
              onChange={(event) => {
                const { value: typed } = event.currentTarget;
                setChanges((before) => ({ ...before, [name]: typed }));
              }}
            />
          ))}
        </SimpleGrid>
        <Group gap="xs">
          <Button type="submit" disabled={isInCall}>
            {say('finish')}
          </Button>
          <Button variant="default" disabled={chosen === null && Object.keys(changes).length === 0} onClick={save}>
            {say('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
