import { secondsOf, type Benchmark } from '../bench.ts';
import type { LoadStream } from '../load/plan.ts';
import { offerLoad, warmUp, type LoadOutcome } from '../load/offered-load.ts';
import { withPlatform } from '../stack/platform.ts';
import { rounded } from '../report/statistics.ts';

const beside: readonly LoadStream[] = [
  { name: 'status', request: 'order-status', perSecond: 20 },
  { name: 'cart', request: 'set-cart-line', perSecond: 20 },
];

/** How long a customer waits on a quiet day. */
export const latency: Benchmark = {
  name: 'latency',
  summary: 'placed to paid at 50 orders/s, and beside it order status and add to cart at 20/s each',
  run: (bench) =>
    withPlatform(bench, { customers: 20_000 }, async (running) => {
      await warmUp(bench, running);
      const outcomes: LoadOutcome[] = [];
      for (let run = 1; run <= bench.settings.runs; run += 1) {
        const seconds = secondsOf(bench, 30, 8);
        const outcome = await offerLoad(bench, running, { ordersPerSecond: 50, seconds, streams: beside });
        outcomes.push(outcome);
        for (const [name, { sent, succeeded, answers }] of Object.entries(outcome.load.streams))
          if (succeeded < sent)
            bench.fail(`${name}: ${sent - succeeded} of ${sent}: ${JSON.stringify(answers)}`);
        const { p50, p99 } = outcome.journey.placedToPaidMs;
        bench.log(
          `run ${run}: placed to paid p50 ${rounded(p50)} ms, p99 ${rounded(p99)} ms, CPU of others ${rounded(outcome.othersPercent)} %`,
        );
      }
      const runsOf = (figure: (outcome: LoadOutcome) => number): number[] => outcomes.map(figure);
      const answers = (stream: string, at: 'p50' | 'p99'): number[] =>
        runsOf(({ load }) => load.streams[stream]!.latencyMs[at]);
      const paid = (at: 'p50' | 'p99'): number[] => runsOf(({ journey }) => journey.placedToPaidMs[at]);
      const ms = (name: string, runs: readonly number[], limit?: number): void =>
        bench.report({
          name,
          unit: 'ms',
          runs,
          ...(limit ? { target: { is: '<', than: limit } as const } : {}),
        });
      ms('placed → paid p50', paid('p50'), 150);
      ms('placed → paid p99', paid('p99'), 500);
      ms('place order, answer p50', answers('orders', 'p50'));
      ms('place order, answer p99', answers('orders', 'p99'), 500);
      ms('order status p50', answers('status', 'p50'));
      ms('order status p99', answers('status', 'p99'), 80);
      ms('add to cart p50', answers('cart', 'p50'));
      ms('add to cart p99', answers('cart', 'p99'), 20);
    }),
};
