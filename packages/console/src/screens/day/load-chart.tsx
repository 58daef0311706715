import { useMemo } from 'react';
import type { DayStep } from '../../api/callback-search.js';
import { formatTimeToMinute } from '../../time/format.js';
import { Chart, useChartColors } from './chart.js';
import { useDayTexts } from './use-day-texts.js';

const PARTS = ['connected', 'open', 'cancelled', 'failed'] as const;

/** The callbacks of each hour, by what became of them. */
export function LoadChart({ steps }: { steps: readonly DayStep[] }) {
  const say = useDayTexts();
  const colors = useChartColors();
  // Drawn anew only when something changes: the page itself is rendered each second.
  const key = JSON.stringify([steps, colors, say('load')]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that is drawn
  const option = useMemo(
    () => ({
      animation: false,
      textStyle: { color: colors.text, fontFamily: colors.font },
      grid: { left: 36, right: 8, top: 34, bottom: 24 },
      legend: { top: 4, right: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: colors.text } },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: {
        type: 'category',
        data: steps.map(({ at }) => formatTimeToMinute(at)),
        axisLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.text },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        splitLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.text },
      },
      series: PARTS.map((part) => ({
        type: 'bar',
        stack: 'all',
        name: say(part),
        color: colors[part],
        data: steps.map((step) => step[part]),
      })),
    }),
    [key],
  );
  return <Chart label={say('load')} option={option} />;
}
