import { expect, test, vi } from 'vitest';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { SharedPorts } from './ports/index.ts';
import { runTask } from './run-task.ts';
import { defineTask } from './worker.ts';

const limitMs = 1000;

function start(run: (beat: () => void, pass: (ms: number) => void) => Promise<void>, everyMs = 60_000) {
  let nowMs = 0;
  const pass = (ms: number): void => void (nowMs += ms);
  const heartbeats = createHeartbeats(limitMs, () => nowMs);
  const ending = new AbortController();
  const task = defineTask({
    name: 'sweep-things',
    service: 'orders',
    needs: [],
    everyMs,
    scale: { min: 1, max: 1 },
    run: ({ beat }) => run(beat, pass),
  });
  const ended = runTask(task, {
    shared: {} as SharedPorts,
    transactions: { run: () => Promise.reject(new Error('not used')) },
    tools: { region: 'us-east', partitions: 12, signal: ending.signal },
    logger: silentLogger,
    heartbeats,
    signal: ending.signal,
  });
  return { hung: () => heartbeats.hung(), pass, end: () => (ending.abort(), ended) };
}

test('a task may be silent between its runs, also when they fail', async () => {
  const run = vi.fn(() => Promise.reject(new Error('the database is away')));
  const { hung, pass, end } = start(run, 20);
  await vi.waitUntil(() => run.mock.calls.length > 1);
  await new Promise(setImmediate); // it waits for its next run now
  pass(limitMs + 1);
  expect(hung()).toEqual([]);
  await end();
});

test('a run that never settles hangs', () => {
  const { hung, pass } = start(() => new Promise(() => undefined));
  pass(limitMs + 1);
  expect(hung()).toEqual(['sweep-things']);
});

test('a run of many steps goes on, however long it takes in all', async () => {
  const seen: string[] = [];
  const { hung, end } = start(async (beat, pass) => {
    for (let step = 0; step < 10; step += 1) {
      beat();
      await Promise.resolve();
      pass(limitMs / 2);
      seen.push(...hung());
    }
  });
  await end();
  expect(seen).toEqual([]);
});
