import { Box } from '@mantine/core';
import { outcomeColor, useReasonText } from '../../callbacks/state.js';
import { formatNumber } from '../../time/format.js';
import classes from './day.module.css';
import { useDayTexts } from './use-day-texts.js';

/** How completed callbacks ended, the most frequent reason first. */
export function Outcomes({ outcomes }: { outcomes: readonly { reason: string; count: number }[] }) {
  const say = useDayTexts();
  const reasonText = useReasonText();
  const total = outcomes.reduce((sum, { count }) => sum + count, 0);
  return (
    <ul className={classes.outcomes}>
      {outcomes.map(({ reason, count }) => {
        const percent = Math.round((count / total) * 100);
        return (
          <li key={reason} className={classes.outcome} title={reason}>
            <span>{reasonText(reason)}</span>
            <span className="tabular">
              {formatNumber(count)} · {say('share', { percent })}
            </span>
            <span className={classes.bar} aria-hidden="true">
              <Box component="span" w={`${percent}%`} bg={`${outcomeColor(reason)}.6`} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
