import { Button, Group, SegmentedControl, Stack, Title } from '@mantine/core';
import { Link } from 'react-router-dom';
import { PlusIcon } from '../../icons.js';
import { CalendarView } from './calendar-view.js';
import { FilterBar } from './filter-bar.js';
import { TableView } from './table-view.js';
import { useCallbacksTexts } from './use-callbacks-texts.js';
import { useFilter } from './use-filter.js';

/** The supervisor's page: callbacks of a range, as a table to work with or as a calendar. */
export function CallbacksScreen() {
  const say = useCallbacksTexts();
  const { choice, choose, filter, known, problem } = useFilter();
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1}>{say('title')}</Title>
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={say('view')}
            data={[
              { value: 'table', label: say('table') },
              { value: 'calendar', label: say('calendar') },
            ]}
            value={choice.view}
            onChange={(view) => choose({ view: view === 'calendar' ? 'calendar' : 'table' })}
          />
          <Button component={Link} to="/book" size="xs" leftSection={<PlusIcon />}>
            {say('create')}
          </Button>
        </Group>
      </Group>
      {choice.view === 'calendar' ? (
        <CalendarView services={known.map(({ name }) => name)} />
      ) : (
        <>
          <FilterBar choice={choice} services={known} problem={problem} onChoose={choose} />
          {problem === undefined && <TableView key={JSON.stringify(choice)} filter={filter} />}
        </>
      )}
    </Stack>
  );
}
