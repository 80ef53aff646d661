import { auditRun } from '../observe/auditor.ts';
import { secondsOf, type Bench, type Benchmark } from '../bench.ts';
import type { Acknowledged } from '../load/plan.ts';
import { mailsTaken } from '../observe/journey.ts';
import { keptUp, offerLoad, warmUp, type LoadOutcome } from '../load/offered-load.ts';
import { withPlatform, type Running } from '../stack/platform.ts';
import type { MemorySample } from '../observe/processes.ts';
import { followConsumer, type ConsumerPace } from '../observe/projection.ts';
import { rounded, sum } from '../report/statistics.ts';

const steps = [200, 400, 600, 800, 1000, 1200] as const;

/** Whole journeys, from the request to the mail, counted where they end. */
export const complete: Benchmark = {
  name: 'complete',
  summary: 'orders placed, paid, shipped and mailed a second, sustained for 60 s; then twice as many offered',
  run: (bench) =>
    withPlatform(bench, { customers: 40_000 }, async (running) => {
      await warmUp(bench, running);
      const acknowledged: Acknowledged[] = [];
      const keep = (outcome: LoadOutcome): LoadOutcome => {
        acknowledged.push(...outcome.load.acknowledged);
        return outcome;
      };
      const best = await findBestRate(bench, running, keep);
      const mailsBefore = await mailsTaken(bench.stack);
      const projection = await followConsumer(bench.stack, 'project-order-history', 'order-events');
      const seconds = secondsOf(bench, 60, 10);
      const outcome = keep(await offerLoad(bench, running, { ordersPerSecond: best, seconds }));
      const pace = await projection.stop();
      const mails = (await mailsTaken(bench.stack)) - mailsBefore;
      if (mails !== outcome.journey.shipped)
        bench.fail(`${outcome.journey.shipped} orders shipped, ${mails} mails at the mail server`);
      reportSustained(bench, outcome, pace);
      reportCosts(bench, outcome);
      await overload(bench, running, best, keep);
      await auditRun(bench, acknowledged);
    }),
};

/** The highest rate that the platform kept up with: steps upwards, then once in the middle of the last two. */
async function findBestRate(
  bench: Bench,
  running: Running,
  keep: (outcome: LoadOutcome) => LoadOutcome,
): Promise<number> {
  const seconds = bench.settings.quick ? 5 : 20;
  const holds = async (rate: number): Promise<boolean> => {
    const outcome = keep(await offerLoad(bench, running, { ordersPerSecond: rate, seconds }));
    const { journey, orders } = outcome;
    const verdict = keptUp(outcome) ? 'kept up' : 'fell behind';
    bench.log(
      `${rate}/s: ${verdict}, ${rounded(journey.mailed / journey.seconds)}/s complete, placed to shipped p99 ` +
        `${rounded(journey.placedToShippedMs.p99)} ms, ${orders.sent - orders.succeeded} refused, CPU of others ` +
        `${rounded(outcome.othersPercent)} %`,
    );
    return keptUp(outcome);
  };
  let best = 0;
  let failed: number | undefined;
  for (const rate of bench.settings.quick ? steps.slice(0, 2) : steps) {
    if (await holds(rate)) best = rate;
    else {
      failed = rate;
      break;
    }
  }
  if (failed !== undefined) {
    const middle = (best + failed) / 2;
    if (await holds(middle)) best = middle;
  }
  if (best === 0) bench.fail('the platform did not keep up with the lowest rate');
  return best || steps[0] / 2;
}

function reportSustained(bench: Bench, { journey, orders, load }: LoadOutcome, pace: ConsumerPace): void {
  bench.report({
    name: `complete orders over ${rounded(load.seconds)} s`,
    unit: '/s',
    runs: [journey.mailed / journey.seconds],
    target: { is: '≥', than: 600 },
  });
  const spans = { paid: journey.placedToPaidMs, shipped: journey.placedToShippedMs };
  for (const [step, { p50, p99 }] of Object.entries(spans)) {
    bench.report({ name: `placed → ${step} p50`, unit: 'ms', runs: [p50] });
    bench.report({ name: `placed → ${step} p99`, unit: 'ms', runs: [p99] });
  }
  bench.report({ name: 'answer p99', unit: 'ms', runs: [orders.latencyMs.p99] });
  bench.report({ name: 'projection', unit: 'events/s', runs: [pace.perSecond] });
  bench.report({ name: 'projection, most behind', unit: 'events', runs: [pace.maxLag] });
  bench.report({ name: 'projection, behind after the last mail', unit: 'events', runs: [pace.lagAtEnd] });
  bench.keep('journey', journey);
}

function reportCosts(bench: Bench, { journey, cpuMs, memory }: LoadOutcome): void {
  const byCost = Object.entries(cpuMs).toSorted(([, a], [, b]) => b - a);
  bench.report({ name: 'CPU an order', unit: 'ms', runs: [sum(Object.values(cpuMs)) / journey.mailed] });
  for (const [name, ms] of byCost)
    bench.report({ name: `CPU an order: ${name}`, unit: 'ms', runs: [ms / journey.mailed] });
  for (const name of Object.keys(memory[0]?.mb ?? {}))
    bench.report({ name: `peak memory: ${name}`, unit: 'MB', runs: [peakMb(memory, [name])] });
  bench.report({
    name: 'peak memory: gateways and workers',
    unit: 'MB',
    runs: [peakMb(memory)],
    target: { is: '<', than: 700 },
  });
}

/** The most that these processes (all, unless given) held at one moment. */
function peakMb(memory: readonly MemorySample[], names?: readonly string[]): number {
  return Math.max(...memory.map(({ mb }) => sum((names ?? Object.keys(mb)).map((name) => mb[name] ?? 0))));
}

/** Twice the rate that it keeps up with: what is refused is refused politely, and what is accepted is completed. */
async function overload(
  bench: Bench,
  running: Running,
  best: number,
  keep: (outcome: LoadOutcome) => LoadOutcome,
): Promise<void> {
  const seconds = bench.settings.quick ? 5 : 15;
  const offered = { ordersPerSecond: best * 2, seconds, settleMs: 180_000 };
  const { orders, journey } = keep(await offerLoad(bench, running, offered));
  const refused = orders.sent - orders.succeeded;
  bench.report({ name: `overload ${best * 2}/s: offered`, unit: '', runs: [orders.sent] });
  bench.report({ name: 'overload: accepted', unit: '', runs: [orders.succeeded] });
  bench.report({ name: 'overload: 503 with Retry-After', unit: '', runs: [orders.refusedPolitely] });
  bench.report({
    name: 'overload: refused in another way or lost',
    unit: '',
    runs: [refused - orders.refusedPolitely],
    target: { is: '≤', than: 0 },
  });
  bench.report({
    name: 'overload: accepted and completed',
    unit: '%',
    runs: [(journey.mailed / orders.succeeded) * 100],
    target: { is: '≥', than: 100 },
  });
  bench.log(`overload: ${orders.succeeded} of ${orders.sent} accepted, ${journey.mailed} completed`);
}
