import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { currentLanguage } from '../../i18n/i18n.js';
import { localeOf } from '../../i18n/language.js';
import { weekdayNames } from '../../time/format.js';
import classes from './calendar.module.css';
import { useCalendarTexts } from './use-calendar-texts.js';
import { additionOn, clock, isDate, openness, type Span, type Week } from './week-hours.js';

const STEP_MINUTES = 30;
const ROWS = Array.from({ length: 1440 / STEP_MINUTES }, (_, row) => row);
const DAYS = 7;

/** How a cell looks and what is said of it; where a date has its own rule, it covers the weekly one. */
type Look = 'closed' | 'partly' | 'open' | 'holiday' | 'addition';

const SAID: Readonly<Record<Look, 'closed' | 'partly' | 'open' | 'holidayCell' | 'additionCell'>> = {
  closed: 'closed',
  partly: 'partly',
  open: 'open',
  holiday: 'holidayCell',
  addition: 'additionCell',
};

interface WeekGridProps {
  week: Week;
  /** The dates of the seven columns, `2026-12-24`. */
  dates: readonly string[];
  holidays: readonly string[];
  additions: readonly string[];
  onPaint: (day: number, span: Span, open: boolean) => void;
}

/**
 * A week in half hours. Painting begins where the pointer goes down, and does to all that it passes what it did to the
 * first: open it or close it. With the keyboard one cell has the focus; arrows move it, space and enter turn the cell.
 */
export function WeekGrid({ week, dates, holidays, additions, onPaint }: WeekGridProps) {
  const say = useCalendarTexts();
  const grid = useRef<HTMLTableElement>(null);
  const [focus, setFocus] = useState({ day: 0, row: 18 });
  const [painting, setPainting] = useState<boolean>();
  const names = weekdayNames();

  useEffect(() => {
    if (painting === undefined) return undefined;
    const stop = () => setPainting(undefined);
    window.addEventListener('pointerup', stop);
    return () => window.removeEventListener('pointerup', stop);
  }, [painting]);

  const spanOf = (row: number): Span => ({ from: row * STEP_MINUTES, to: (row + 1) * STEP_MINUTES });
  const isOpen = (day: number, row: number) => openness(week[day] ?? [], spanOf(row)) === 'open';
  const move = (day: number, row: number) => {
    const next = { day: Math.min(DAYS - 1, Math.max(0, day)), row: Math.min(ROWS.length - 1, Math.max(0, row)) };
    setFocus(next);
    grid.current?.querySelector<HTMLElement>(`[data-cell="${next.day} ${next.row}"]`)?.focus();
  };
  const onKey = (event: React.KeyboardEvent, day: number, row: number) => {
    const [right, down] = ARROWS.get(event.key) ?? [0, 0];
    const turns = event.key === ' ' || event.key === 'Enter';
    if (right === 0 && down === 0 && !turns) return;
    event.preventDefault();
    if (turns) onPaint(day, spanOf(row), !isOpen(day, row));
    else move(day + right, row + down);
  };

  return (
    <table ref={grid} aria-label={say('hours')} className={classes.week}>
      <thead>
        <tr>
          <th scope="col" className={classes.hour}>
            <VisuallyHidden>{say('hour')}</VisuallyHidden>
          </th>
          {dates.map((date, day) => (
            <th key={date} scope="col" className={classes.day}>
              <b>{names[day]}</b> {formatDate(date)}
              {holidays.some((rule) => isDate(rule, date)) && <i>{say('holiday')}</i>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {ROWS.map((row) => (
          <tr key={row}>
            <th scope="row" className={classes.hour}>
              {row % 2 === 0 ? clock(row * STEP_MINUTES) : <VisuallyHidden>{clock(row * STEP_MINUTES)}</VisuallyHidden>}
            </th>
            {dates.map((date, day) => {
              const look = lookOf(week[day] ?? [], spanOf(row), date, holidays, additions);
              return (
                <td key={date}>
                  <Cell
                    place={`${day} ${row}`}
                    look={look}
                    pressed={isOpen(day, row)}
                    focusable={focus.day === day && focus.row === row}
                    said={`${names[day]} ${clock(row * STEP_MINUTES)}, ${say(SAID[look])}`}
                    onStart={() => {
                      const open = !isOpen(day, row);
                      setPainting(open);
                      setFocus({ day, row });
                      onPaint(day, spanOf(row), open);
                    }}
                    onPass={() => painting !== undefined && onPaint(day, spanOf(row), painting)}
                    onKey={(event) => onKey(event, day, row)}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Day and month, as the language writes them; the calendar's dates have no zone. */
function formatDate(date: string): string {
  const form = { day: 'numeric', month: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(localeOf(currentLanguage()), form).format(Date.parse(date));
}

const ARROWS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowRight', [1, 0]],
  ['ArrowLeft', [-1, 0]],
  ['ArrowDown', [0, 1]],
  ['ArrowUp', [0, -1]],
]);

interface CellProps {
  place: string;
  look: Look;
  said: string;
  /** The weekly hours alone: what painting changes. */
  pressed: boolean;
  focusable: boolean;
  onStart: () => void;
  onPass: () => void;
  onKey: (event: React.KeyboardEvent) => void;
}

function Cell({ place, look, said, pressed, focusable, onStart, onPass, onKey }: CellProps) {
  return (
    <button
      type="button"
      aria-label={said}
      aria-pressed={pressed}
      tabIndex={focusable ? 0 : -1}
      title={said}
      data-cell={place}
      data-look={look}
      className={classes.cell}
      onPointerDown={(event) => {
        // A pointer that is held by the first cell would not enter the others.
        event.currentTarget.releasePointerCapture(event.pointerId);
        onStart();
      }}
      onPointerEnter={onPass}
      onKeyDown={onKey}
    />
  );
}

/** An addition is stronger than a holiday, and that than the weekly hours. */
function lookOf(
  spans: readonly Span[],
  cell: Span,
  date: string,
  holidays: readonly string[],
  additions: readonly string[],
): Look {
  const added = additions.flatMap((value) => additionOn(value, date));
  if (openness(added, cell) !== 'closed') return 'addition';
  if (holidays.some((rule) => isDate(rule, date))) return 'holiday';
  return openness(spans, cell);
}
