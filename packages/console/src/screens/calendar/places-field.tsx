import { useState } from 'react';
import classes from './calendar.module.css';

const ARROWS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['ArrowDown', [0, 1]],
  ['ArrowUp', [0, -1]],
  ['Enter', [0, 1]],
]);

/** What somebody means by a text: a number of places, nothing, or something that cannot be. */
export function readPlaces(text: string, most: number): number | undefined | 'wrong' {
  if (text.trim() === '') return undefined;
  const places = Number(text);
  return /^\s*\d+\s*$/.test(text) && places <= most ? places : 'wrong';
}

/** One hour's places. Arrows up and down go to the neighbouring hours; the deeper the colour, the more places. */
export function PlacesField({
  label,
  cell,
  places,
  most,
  highest,
  onChange,
}: {
  label: string;
  /** `weekday hour`, by which the neighbours are found. */
  cell: string;
  places: number | undefined;
  most: number;
  /** The largest number of the week: the full colour. */
  highest: number;
  onChange: (places: number | undefined) => void;
}) {
  const [wrong, setWrong] = useState<string>();
  return (
    <input
      className={classes.places}
      // React's type knows no custom properties.
      style={{ '--load': `${Math.round(((places ?? 0) / highest) * 100)}%` } as React.CSSProperties}
      inputMode="numeric"
      aria-label={label}
      aria-invalid={wrong !== undefined}
      data-places={cell}
      value={wrong ?? (places === undefined ? '' : String(places))}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const read = readPlaces(text, most);
        setWrong(read === 'wrong' ? text : undefined);
        if (read !== 'wrong') onChange(read);
      }}
      onKeyDown={(event) => {
        const step = ARROWS.get(event.key);
        if (step === undefined) return;
        event.preventDefault();
        const [weekday = 0, hour = 0] = cell.split(' ').map(Number);
        const next = `${weekday + step[0]} ${hour + step[1]}`;
        document.querySelector<HTMLInputElement>(`[data-places="${next}"]`)?.focus();
      }}
    />
  );
}
