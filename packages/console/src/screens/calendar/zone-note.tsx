import { Text } from '@mantine/core';
import { viewerZone } from '../../time/format.js';
import { useCalendarTexts } from './use-calendar-texts.js';

/** Whose times these are; a viewer elsewhere is told so. */
export function ZoneNote({ zone }: { zone: string }) {
  const say = useCalendarTexts();
  return (
    <Text size="xs" c="dimmed">
      {say('zone', { zone })} {zone !== viewerZone && say('otherZone', { zone: viewerZone })}
    </Text>
  );
}
