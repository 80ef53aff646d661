import type { Benchmark } from '../bench.ts';
import { offerLoad, warmUp } from '../load/offered-load.ts';
import { withPlatform } from '../stack/platform.ts';
import { median, slope, sum } from '../report/statistics.ts';

const ordersPerSecond = 300;

/** Whether the platform's own processes grow while they work. */
export const memory: Benchmark = {
  name: 'memory',
  summary: `memory of gateways and workers at ${ordersPerSecond} orders/s (2 minutes, 10 with --full)`,
  run: (bench) =>
    withPlatform(bench, { customers: 40_000 }, async (running) => {
      await warmUp(bench, running);
      const { full, quick, seconds: asked } = bench.settings;
      const seconds = asked ?? (full ? 600 : quick ? 10 : 120);
      const { memory: samples } = await offerLoad(bench, running, { ordersPerSecond, seconds });
      // After the load the processes rest: that is no part of the trend.
      const under = samples.filter(({ atSeconds }) => atSeconds <= seconds);
      const totals = under.map(({ atSeconds, mb }): [number, number] => [atSeconds, sum(Object.values(mb))]);
      const values = totals.map(([, mb]) => mb);
      const part = (from: number, to: number): number =>
        median(values.slice(Math.floor(values.length * from), Math.ceil(values.length * to)));
      const half = totals.slice(totals.length >> 1);
      bench.report({ name: 'first', unit: 'MB', runs: [values[0] ?? Number.NaN] });
      bench.report({ name: 'peak', unit: 'MB', runs: [Math.max(...values)], target: { is: '<', than: 700 } });
      bench.report({ name: 'last', unit: 'MB', runs: [values.at(-1) ?? Number.NaN] });
      bench.report({ name: 'slope of the second half', unit: 'MB/min', runs: [slope(half) * 60] });
      bench.report({
        name: 'last quarter ÷ second quarter',
        unit: '',
        runs: [part(0.75, 1) / part(0.25, 0.5)],
        target: { is: '≤', than: 1.1 },
      });
      bench.keep('samples', samples);
    }),
};
