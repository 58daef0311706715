import type { DayReport, Figures, Wait } from './report.js';

const COLUMNS = [
  'hour (UTC)',
  'callbacks',
  'refused',
  'connected',
  'wait p50',
  'wait p90',
  'calls',
  'answered',
  'abandoned',
  'wait p50',
  'wait p90',
];

/** The report as text: a line for each hour, the day, and how callbacks ended. Waits are seconds. */
export function table({ hours, total, outcomes, open, utilisation }: DayReport): string {
  const rows = [
    COLUMNS,
    ...hours.map(({ from, ...figures }) => [new Date(from).toISOString().slice(11, 16), ...cells(figures)]),
    ['all', ...cells(total)],
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
  const ends = Object.entries(outcomes)
    .sort(([, one], [, other]) => other - one)
    .map(([reason, count]) => `  ${reason}: ${count}`);
  return [
    ...lines,
    '',
    `Agents at work: ${utilisation === undefined ? 'nobody was there' : `${(utilisation * 100).toFixed(1)} % of their time`}`,
    ...(ends.length > 0 ? ['How callbacks ended:', ...ends] : []),
    ...(open > 0 ? [`  not ended: ${open}`] : []),
    '',
  ].join('\n');
}

function cells({
  callbacks,
  refused,
  connected,
  callbackWait,
  calls,
  answered,
  abandoned,
  callWait,
}: Figures): string[] {
  const counts = [callbacks, refused, connected].map(String);
  return [...counts, ...waits(callbackWait), ...[calls, answered, abandoned].map(String), ...waits(callWait)];
}

function waits({ median, p90 }: Wait): string[] {
  return [median, p90].map((wait) => (wait === undefined ? '-' : wait.toFixed(0)));
}
