import { Text, Title } from '@mantine/core';
import { type PredictedWait, usePredictedWaits } from '../../api/waiting.js';
import { Failure } from '../../layout/failure.js';
import { formatDuration } from '../../time/format.js';
import classes from './predicted-waits.module.css';
import { useDayTexts } from './use-day-texts.js';

/** The wait that each virtual queue would take now, with its interval, on one scale. */
export function PredictedWaits() {
  const say = useDayTexts();
  const waits = usePredictedWaits();
  const longest = Math.max(1, ...(waits.data ?? []).map(({ estimate }) => estimate?.high ?? 0));
  return (
    <section aria-labelledby="predicted-title">
      <Title order={2} id="predicted-title">
        {say('predicted')}
      </Title>
      <Text size="xs" c="dimmed">
        {say('predictedHelp')}
      </Text>
      {waits.isError && <Failure what={say('predictedNotShown')} error={waits.error} retry={waits.refetch} />}
      {waits.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {say('noQueue')}
        </Text>
      )}
      <ul className={classes.waits}>
        {waits.data?.map((wait) => (
          <Wait key={wait.queue} wait={wait} longest={longest} />
        ))}
      </ul>
    </section>
  );
}

function Wait({ wait: { queue, estimate }, longest }: { wait: PredictedWait; longest: number }) {
  const say = useDayTexts();
  const part = (seconds: number) => `${(seconds / longest) * 100}%`;
  const written = (seconds: number) => formatDuration(seconds * 1000);
  return (
    <li className={classes.wait}>
      <span>{queue}</span>
      <span className="tabular">
        {estimate === undefined
          ? say('unknownWait')
          : say('predictedWait', {
              expected: written(estimate.expected),
              low: written(estimate.low),
              high: written(estimate.high),
            })}
      </span>
      <span className={classes.scale} aria-hidden="true">
        {estimate !== undefined && (
          <>
            <span
              className={classes.interval}
              style={{ left: part(estimate.low), width: part(estimate.high - estimate.low) }}
            />
            <span className={classes.expected} style={{ left: part(estimate.expected) }} />
          </>
        )}
      </span>
    </li>
  );
}
