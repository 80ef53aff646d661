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
/** Between the highest rate that it kept up with and the lowest that it did not. */
const finestStep = 50;

/** Whole journeys, from the request to the mail, counted where they end. */
export const complete: Benchmark = {
  name: 'complete',
  summary: 'orders placed, paid, shipped and mailed a second, sustained for 60 s; then twice as many offered',
  run: (bench) =>
    withPlatform(bench, { customers: 40_000 }, async (running) => {
      await warmUp(bench, running);
      const acknowledged: Acknowledged[] = [];
      const keep: Keep = (outcome) => {
        acknowledged.push(...outcome.load.acknowledged);
        return outcome;
      };
      const highest = await findRate(bench, running, keep);
      const { rate, outcome, pace } = await sustain(bench, running, highest, keep);
      reportSustained(bench, outcome, pace);
      reportCosts(bench, outcome);
      await overload(bench, running, rate, keep);
      await auditRun(bench, acknowledged);
    }),
};

type Keep = (outcome: LoadOutcome) => LoadOutcome;

/** The highest rate that the platform kept up with for a short time: steps upwards, then the middle between the last two, again and again. */
async function findRate(bench: Bench, running: Running, keep: Keep): Promise<number> {
  const seconds = bench.settings.quick ? 5 : 20;
  let held = 0;
  const holds = async (rate: number): Promise<boolean> => {
    const outcome = keep(await offerLoad(bench, running, { ordersPerSecond: rate, seconds }));
    logOutcome(bench, rate, outcome);
    if (keptUp(outcome)) held = rate;
    return keptUp(outcome);
  };
  let failed = Infinity;
  for (const rate of bench.settings.quick ? steps.slice(0, 2) : steps) {
    if (await holds(rate)) continue;
    failed = rate;
    break;
  }
  while (failed < Infinity && failed - held > finestStep) {
    const middle = (held + failed) / 2;
    if (!(await holds(middle))) failed = middle;
  }
  if (held === 0) bench.fail('the platform did not keep up with the lowest rate');
  return held > 0 ? held : steps[0] / 2;
}

function logOutcome(bench: Bench, rate: number, outcome: LoadOutcome): void {
  const { journey, orders, load } = outcome;
  const verdict = keptUp(outcome) ? 'kept up' : 'fell behind';
  bench.log(
    `${rate}/s for ${rounded(load.seconds)} s: ${verdict}, ${rounded(journey.mailed / journey.seconds)}/s complete, ` +
      `placed to shipped p99 ${rounded(journey.placedToShippedMs.p99)} ms, ${orders.sent - orders.succeeded} refused, ` +
      `CPU of others ${rounded(outcome.othersPercent)} %`,
  );
}

/**
 * The highest rate that it keeps up with for the whole time: what goes well for 20 s may pile up over 60. After one that was too
 * much comes what it completed then.
 */
async function sustain(
  bench: Bench,
  running: Running,
  highest: number,
  keep: Keep,
): Promise<{ rate: number; outcome: LoadOutcome; pace: ConsumerPace }> {
  const seconds = secondsOf(bench, 60, 10);
  for (let rate = highest; ;) {
    const mailsBefore = await mailsTaken(bench.stack);
    const projection = await followConsumer(bench.stack, 'project-order-history', 'order-events');
    const outcome = keep(await offerLoad(bench, running, { ordersPerSecond: rate, seconds }));
    const pace = await projection.stop();
    const mails = (await mailsTaken(bench.stack)) - mailsBefore;
    const { journey } = outcome;
    if (mails !== journey.shipped)
      bench.fail(`${journey.shipped} orders shipped, ${mails} mails at the mail server`);
    logOutcome(bench, rate, outcome);
    if (keptUp(outcome) || rate <= finestStep) return { rate, outcome, pace };
    const completed = Math.ceil(journey.mailed / journey.seconds / finestStep) * finestStep;
    rate = Math.max(finestStep, Math.min(rate - finestStep, completed));
  }
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
async function overload(bench: Bench, running: Running, best: number, keep: Keep): Promise<void> {
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
