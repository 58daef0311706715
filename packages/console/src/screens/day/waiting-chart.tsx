import { useMemo } from 'react';
import type { DayStep } from '../../api/callback-search.js';
import { formatTimeToMinute } from '../../time/format.js';
import { Chart, useChartColors } from './chart.js';
import { useDayTexts } from './use-day-texts.js';

const SECONDS = 60;

/** The median wait of each hour as a line, within the band that holds four of five customers. */
export function WaitingChart({ steps }: { steps: readonly DayStep[] }) {
  const say = useDayTexts();
  const colors = useChartColors();
  const key = JSON.stringify([steps, colors, say('waiting')]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that is drawn
  const option = useMemo(() => {
    const values = (of: (waiting: NonNullable<DayStep['waiting']>) => number) =>
      steps.map(({ waiting }) => (waiting === undefined ? null : of(waiting) / SECONDS));
    const invisible = { lineStyle: { opacity: 0 }, itemStyle: { opacity: 0 }, symbol: 'none', silent: true };
    const band = { areaStyle: { color: colors.band, opacity: 0.7 }, color: colors.band, name: say('band') };
    return {
      animation: false,
      textStyle: { color: colors.text, fontFamily: colors.font },
      grid: { left: 44, right: 8, top: 34, bottom: 24 },
      legend: {
        top: 4,
        right: 0,
        itemWidth: 12,
        itemHeight: 10,
        textStyle: { color: colors.text },
        data: [
          { name: say('median') },
          { name: say('band'), icon: 'roundRect', itemStyle: { color: colors.band, opacity: 1 } },
        ],
      },
      xAxis: {
        type: 'category',
        data: steps.map(({ at }) => formatTimeToMinute(at)),
        axisLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.text },
      },
      yAxis: {
        type: 'value',
        name: say('minutes'),
        nameTextStyle: { color: colors.text },
        splitLine: { lineStyle: { color: colors.line } },
        axisLabel: { color: colors.text },
      },
      series: [
        { type: 'line', stack: 'band', name: 'low', data: values(({ low }) => low), ...invisible },
        { type: 'line', stack: 'band', data: values(({ low, high }) => high - low), ...invisible, ...band },
        {
          type: 'line',
          name: say('median'),
          color: colors.median,
          symbolSize: 6,
          data: values(({ median }) => median),
        },
      ],
    };
  }, [key]);
  return <Chart label={say('waiting')} option={option} />;
}
