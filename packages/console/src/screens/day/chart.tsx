import { useComputedColorScheme, useMantineTheme } from '@mantine/core';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import classes from './day.module.css';

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** The colours that the pictures share. */
export function useChartColors() {
  const { colors, fontFamily } = useMantineTheme();
  const dark = useComputedColorScheme('light') === 'dark';
  return {
    font: fontFamily,
    text: dark ? (colors.dark[0] ?? '') : (colors.gray[8] ?? ''),
    line: dark ? (colors.dark[4] ?? '') : (colors.gray[3] ?? ''),
    connected: colors.teal[dark ? 7 : 5] ?? '',
    open: colors.blue[dark ? 7 : 4] ?? '',
    cancelled: colors.gray[dark ? 6 : 4] ?? '',
    failed: colors.red[dark ? 7 : 5] ?? '',
    band: colors.indigo[dark ? 8 : 2] ?? '',
    median: colors.indigo[dark ? 3 : 7] ?? '',
  };
}

/** A picture by ECharts; for screen readers it is one image with a name, and the page has its numbers as a table. */
export function Chart({ label, option }: { label: string; option: EChartsCoreOption }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const chart = init(box.current, null, { renderer: 'svg' });
    chart.setOption(option);
    const sizes = new ResizeObserver(() => chart.resize());
    sizes.observe(box.current);
    return () => {
      sizes.disconnect();
      chart.dispose();
    };
  }, [option]);
  return <div ref={box} role="img" aria-label={label} className={classes.chart} />;
}
