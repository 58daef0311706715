import { Paper, Text, Title } from '@mantine/core';
import { Empty } from '../../layout/empty.js';
import classes from './data-panel.module.css';
import { useSessionsTexts } from './use-sessions-texts.js';

interface Props {
  data: unknown;
  /** What the chosen step changed. */
  changes: readonly { path: string; before: unknown; after: unknown }[];
  /** The chosen step; undefined: now. */
  step: number | undefined;
}

/** The data model, and what the chosen step changed in it. */
export function DataPanel({ data, changes, step }: Props) {
  const say = useSessionsTexts();
  const isEmpty = data === null || data === undefined || JSON.stringify(data) === '{}';
  return (
    <Paper component="section" p="md" aria-label={say('data')}>
      <Title order={2} mb="xs">
        {step === undefined ? say('data') : say('dataAfter', { step })}
      </Title>
      {changes.length > 0 && (
        <ul className={classes.changes} aria-label={say('changed')}>
          {changes.map(({ path, before, after }) => (
            <li key={path}>
              <span className={classes.path}>{path || say('everything')}</span>
              {before !== undefined && <del>{short(before)}</del>}
              {after !== undefined && <ins>{short(after)}</ins>}
            </li>
          ))}
        </ul>
      )}
      {isEmpty ? (
        <Empty title={say('noData')}>{say('noDataHelp')}</Empty>
      ) : (
        // Scrolls by itself, so it can be reached by the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region has to be focusable
        <pre className={classes.data} tabIndex={0}>
          {JSON.stringify(data, null, 2)}
        </pre>
      )}
      {step !== undefined && changes.length === 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {say('nothingChanged')}
        </Text>
      )}
    </Paper>
  );
}

const LONGEST = 80;

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
