import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { secondsOf, type Benchmark } from '../bench.ts';
import { keptUp, offerLoad, warmUp } from '../load/offered-load.ts';
import { latencyPlot, type PlotPoint } from '../report/latency-plot.ts';
import { withPlatform } from '../stack/platform.ts';
import { rounded } from '../report/statistics.ts';

const rates = [50, 100, 200, 400, 600, 800, 1000, 1200] as const;

/** Where the platform leaves its comfort: the data of the plot. */
export const latencyCurve: Benchmark = {
  name: 'latency-curve',
  summary: 'placed to paid against the offered load, drawn in latency.svg',
  run: (bench) =>
    withPlatform(bench, { customers: 40_000 }, async (running) => {
      await warmUp(bench, running);
      const points: (PlotPoint & { answerP99: number; othersPercent: number; keptUp: boolean })[] = [];
      for (const ordersPerSecond of bench.settings.quick ? rates.slice(0, 4) : rates) {
        const seconds = secondsOf(bench, 10, 5);
        const outcome = await offerLoad(bench, running, { ordersPerSecond, seconds, settleMs: 120_000 });
        const { journey, othersPercent } = outcome;
        const { p50, p95, p99 } = journey.placedToPaidMs;
        const kept = keptUp(outcome);
        const answerP99 = outcome.orders.latencyMs.p99;
        points.push({ perSecond: ordersPerSecond, p50, p95, p99, answerP99, othersPercent, keptUp: kept });
        bench.report({ name: `placed → paid p99 at ${ordersPerSecond}/s`, unit: 'ms', runs: [p99] });
        bench.log(
          `${ordersPerSecond}/s: p50 ${rounded(p50)}, p95 ${rounded(p95)}, p99 ${rounded(p99)} ms${kept ? '' : ' (fell behind)'}`,
        );
        if (!kept) break; // beyond, only the length of the measurement shows
      }
      const file = join(bench.folder, 'latency.svg');
      writeFileSync(file, latencyPlot(points));
      bench.keep('points', points);
      bench.log(`plotted in ${file}`);
    }),
};
