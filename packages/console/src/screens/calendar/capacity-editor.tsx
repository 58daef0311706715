import { Paper, Stack, Text, Title } from '@mantine/core';
import type { Service } from '../../api/services.js';
import { SaveBar } from '../../services/save-bar.js';
import { useServiceEdits } from '../../services/service-edits.js';
import { formatNumber, weekdayNames } from '../../time/format.js';
import classes from './calendar.module.css';
import { CapacityExceptions } from './capacity-exceptions.js';
import { FillHours } from './fill-hours.js';
import { PlacesField } from './places-field.js';
import { useCalendarTexts } from './use-calendar-texts.js';
import { capacityOption, type DayCapacity, readCapacityWeek, withHours } from './week-capacity.js';
import { clock } from './week-hours.js';
import { ZoneNote } from './zone-note.js';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const DEFAULT_MOST = 1000;

/** The capacity of one service: places by hour of the week, and dates of their own. */
export function CapacityEditor({ service }: { service: Service }) {
  const say = useCalendarTexts();
  const edits = useServiceEdits(service);
  const { values } = edits;
  const week = readCapacityWeek(values);
  const most = Number(values._max_capacity || DEFAULT_MOST);
  const highest = Math.max(1, ...week.flatMap((day) => [...day.values()]));
  const names = weekdayNames();
  const total = week.reduce((sum, day) => sum + [...day.values()].reduce((places, each) => places + each, 0), 0);
  const setDay = (day: number, capacity: DayCapacity) => edits.set(capacityOption(day, capacity));
  return (
    <>
      <div className={classes.columns}>
        <Paper p="md" component="section" aria-labelledby="capacity-title">
          <Title order={2} id="capacity-title" mb="xs">
            {say('perWeek', { count: formatNumber(total) })}
          </Title>
          <table className={classes.capacity} aria-labelledby="capacity-title">
            <thead>
              <tr>
                <th scope="col">{say('hour')}</th>
                {names.map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {HOURS.map((hour) => (
                <tr key={hour}>
                  <th scope="row" className="tabular">
                    {clock(hour * 60)}
                  </th>
                  {week.map((day, weekday) => (
                    <td key={names[weekday]}>
                      <PlacesField
                        label={say('placesAt', { day: names[weekday] ?? '', hour: clock(hour * 60) })}
                        cell={`${weekday} ${hour}`}
                        places={day.get(hour)}
                        most={most}
                        highest={highest}
                        onChange={(places) => setDay(weekday, withHours(day, hour, hour + 1, places))}
                      />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          <Stack gap={2} mt="xs">
            <Text size="xs" c="dimmed">
              {say('most', { max: formatNumber(most) })}
            </Text>
            <ZoneNote zone={values._timezone || 'UTC'} />
          </Stack>
        </Paper>
        <Stack gap="md">
          <FillHours
            most={most}
            onFill={(days, from, to, places) => {
              for (const day of days) setDay(day, withHours(week[day] ?? new Map(), from, to, places));
            }}
          />
          <CapacityExceptions edits={edits} most={most} />
        </Stack>
      </div>
      <SaveBar edits={edits} />
    </>
  );
}
