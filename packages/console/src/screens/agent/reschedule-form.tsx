import { Button, Group, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { text } from '../../api/json.js';
import { type DesktopRecord, protocolTime } from '../../desktop/desktop.js';
import type { DesktopLink } from '../../desktop/use-desktop.js';
import { useAgentTexts } from './use-agent-texts.js';

/** Arranges a callback, on the clock of the person who is called; it takes effect when the record is finished. */
export function RescheduleForm({ record, link }: { record: DesktopRecord; link: DesktopLink }) {
  const say = useAgentTexts();
  const [when, setWhen] = useState('');
  const [whose, setWhose] = useState('Personal');
  const zone = text(record.keys, 'GSW_TZ_NAME');
  const time = protocolTime(when);
  return (
    <form
      aria-label={say('callBackLater')}
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
          label={say('callBackAt')}
          description={zone === undefined ? say('onTheirClock') : say('onClock', { zone })}
          value={when}
          onChange={(event) => setWhen(event.currentTarget.value)}
        />
        <SegmentedControl
          aria-label={say('whoCallsBack')}
          data={[
            { value: 'Personal', label: say('iCallBack') },
            { value: 'Campaign', label: say('anybody') },
          ]}
          value={whose}
          onChange={setWhose}
        />
        <Button type="submit" variant="default" disabled={time === undefined}>
          {say('arrange')}
        </Button>
      </Group>
    </form>
  );
}
