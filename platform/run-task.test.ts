import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { SharedPorts } from './ports/index.ts';
import type { Transactions } from './ports/transactions.ts';
import { runTask } from './run-task.ts';
import { defineTask } from './worker.ts';

const hourMs = 60 * 60_000;

const limitMs = 1000;

type Step = { readonly beat: () => void; readonly pass: (ms: number) => void };

/** A task that runs until `stop`, and a clock of its heartbeats; its first run does `first`, and the others nothing. */
function start(everyMs: number, first: (step: Step) => Promise<void> = () => Promise.resolve()) {
  const runs: Date[] = [];
  const logged: object[] = [];
  const stopping = new AbortController();
  let nowMs = 0;
  const pass = (ms: number): void => void (nowMs += ms);
  const heartbeats = createHeartbeats(limitMs, () => nowMs);
  const task = defineTask({
    name: 'sweep-things',
    service: 'orders',
    needs: [],
    everyMs,
    scale: { min: 1, max: 1 },
    async run({ now, beat }) {
      runs.push(now);
      if (runs.length === 1) await first({ beat, pass });
    },
  });
  const ended = vi.fn<() => void>();
  const done = runTask(task, {
    shared: {} as SharedPorts,
    transactions: {} as Transactions,
    tools: { region: 'us-east', partitions: 12, signal: stopping.signal },
    logger: { ...silentLogger, error: (fields) => void logged.push(fields) },
    heartbeats,
    signal: stopping.signal,
  }).then(ended);
  const untilRuns = (count: number) =>
    vi.waitFor(() => expect(runs.length).toBeGreaterThanOrEqual(count), { timeout: 4000 });
  const hung = () => heartbeats.hung();
  return { runs, logged, ended, done, untilRuns, hung, pass, stop: () => stopping.abort() };
}

test('runs at once, and again after each pause with the time of that run', async () => {
  const everyMs = 50;
  const { runs, untilRuns, stop, done } = start(everyMs);
  expect(runs).toHaveLength(1);
  await untilRuns(3);
  stop();
  await done;
  const pausesMs = runs.slice(1).map((now, index) => now.getTime() - runs[index]!.getTime());
  // A timer may fire within the millisecond before its time.
  for (const pauseMs of pausesMs) expect(pauseMs).toBeGreaterThanOrEqual(everyMs - 1);
});

test('a run that fails is logged with its error, and the next ones come all the same', async () => {
  const error = new Error('the database is away');
  const { logged, untilRuns, stop, done } = start(1, () => Promise.reject(error));
  await untilRuns(3);
  expect(logged).toEqual([{ err: error, task: 'sweep-things' }]);
  stop();
  await done;
});

test('ends in its pause as soon as the signal comes', async () => {
  const { runs, ended, done, stop } = start(hourMs);
  await turn();
  expect(ended).not.toHaveBeenCalled();
  stop();
  await done;
  expect(runs).toHaveLength(1);
});

test('the run that the signal finds is the last one, and is waited for', async () => {
  const slow = Promise.withResolvers<void>();
  const { runs, ended, done, stop } = start(1, () => slow.promise);
  stop();
  await turn();
  expect(ended).not.toHaveBeenCalled();
  slow.resolve();
  await done;
  expect(runs).toHaveLength(1);
});

test('a task may be silent between its runs, also after one that failed', async () => {
  const { logged, hung, pass, stop, done } = start(hourMs, () =>
    Promise.reject(new Error('the database is away')),
  );
  await vi.waitFor(() => expect(logged).toHaveLength(1));
  await turn(); // it waits for its next run now
  pass(limitMs + 1);
  expect(hung()).toEqual([]);
  stop();
  await done;
});

test('a run that never settles hangs', () => {
  const { hung, pass } = start(hourMs, () => new Promise(() => undefined));
  pass(limitMs + 1);
  expect(hung()).toEqual(['sweep-things']);
});

test('a run of many steps goes on, however long it takes in all', async () => {
  const seen: string[] = [];
  const steps = Promise.withResolvers<void>();
  const { hung, stop, done } = start(hourMs, async ({ beat, pass }) => {
    for (let step = 0; step < 10; step += 1) {
      beat();
      await Promise.resolve();
      pass(limitMs / 2);
      seen.push(...hung());
    }
    steps.resolve();
  });
  await steps.promise;
  expect(seen).toEqual([]);
  stop();
  await done;
});
