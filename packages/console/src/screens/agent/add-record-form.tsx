import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { useAgentTexts } from './use-agent-texts.js';

interface AddRecordFormProps {
  /** The calling list that the agent has worked on last. */
  list: string;
  link: DesktopLink;
}

/** Adds a number to a calling list: somebody whom the customer has named, say. */
export function AddRecordForm({ list: lastList, link }: AddRecordFormProps) {
  const say = useAgentTexts();
  const [list, setList] = useState<string>();
  const [phone, setPhone] = useState('');
  const into = (list ?? lastList).trim();
  const isComplete = into !== '' && phone.trim() !== '';
  return (
    <form
      aria-label={say('addRecord')}
      onSubmit={(event) => {
        event.preventDefault();
        if (!isComplete) return;
        link.userEvent('AddRecord', { GSW_CALLING_LIST: into, GSW_PHONE: phone.trim() });
        setPhone('');
      }}
    >
      <Stack gap="xs">
        <Group grow gap="xs">
          <TextInput
            {...{ size: 'xs', label: say('number'), type: 'tel', value: phone }}
            onChange={(event) => setPhone(event.currentTarget.value)}
          />
          <TextInput
            {...{ size: 'xs', label: say('list'), value: list ?? lastList }}
            onChange={(event) => setList(event.currentTarget.value)}
          />
        </Group>
        <Button type="submit" size="compact-sm" variant="default" disabled={!isComplete}>
          {say('add')}
        </Button>
      </Stack>
    </form>
  );
}
