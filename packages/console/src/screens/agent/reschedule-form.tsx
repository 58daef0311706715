import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../api/json.js';
import { type DesktopRecord, protocolTime } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';

/** Arranges a callback, on the clock of the person who is called; it takes effect when the record is finished. */
export function RescheduleForm({ record, link }: { record: DesktopRecord; link: DesktopLink }) {
  const [when, setWhen] = useState('');
  const [whose, setWhose] = useState('Personal');
  const time = protocolTime(when);
  return (
    <form
      aria-label="Call back later"
      onSubmit={(event) => {
        event.preventDefault();
        if (time === undefined) return;
        link.userEvent('RecordReschedule', {
          GSW_RECORD_HANDLE: record.handle,
          GSW_DATE_TIME: time,
          GSW_CALLBACK_TYPE: whose,
        });
      }}
    >
      <Group align="flex-end" gap="sm">
        <TextInput
          type="datetime-local"
          label="Call back at"
          description={`on the clock of ${text(record.keys, 'GSW_TZ_NAME') ?? 'the person called'}`}
          value={when}
          onChange={(event) => setWhen(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label="Who calls back"
          data={[
            { value: 'Personal', label: 'I call back' },
            { value: 'Campaign', label: 'Anybody' },
          ]}
          value={whose}
          onChange={setWhose}
        />
        <Button type="submit" variant="default" disabled={time === undefined}>
          Arrange the callback
        </Button>
      </Group>
    </form>
  );
}
