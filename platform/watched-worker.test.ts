import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Topic } from '../contracts/topics.ts';
import { silentLogger } from '../scripts/testing/silent-logger.ts';
import { PermanentError, TransientError } from './errors.ts';
import { createHeartbeats } from './heartbeats.ts';
import type { Logger } from './logger.ts';
import type { SharedPorts } from './ports/index.ts';
import type { ConsumeSettings, ReceivedMessage } from './ports/messages.ts';
import { runWorker } from './run-worker.ts';
import { traceparentOf } from './telemetry.ts';
import { defineWorker, type AnyWorker } from './worker.ts';

const topic = {
  name: 'order-events',
  crossRegion: true,
  events: { Counted: z.object({ n: z.int() }) },
} as const satisfies Topic;
const traceId = '0af7651916cd43dd8448eb211c80319c';
const message: ReceivedMessage = {
  topic: 'order-events',
  partition: 3,
  offset: '1',
  key: 'k',
  value: Buffer.from('{"n":1}'),
  id: 'e/1',
  type: 'Counted',
  traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  headers: () => ({ ce_id: 'e/1', ce_type: 'Counted' }),
};

/** A worker whose work is `handleInSteps`, with a source that a test plays, and a clock of its own; a second is too long. */
async function start(handleInSteps: () => Promise<void>, logger: Logger = silentLogger) {
  let nowMs = 0;
  let settings: ConsumeSettings | undefined;
  const heartbeats = createHeartbeats(1000, () => nowMs);
  const worker = defineWorker({
    name: 'double-numbers',
    service: 'orders',
    consumes: topic,
    only: ['Counted'],
    publishes: [],
    needs: [],
    scale: { min: 1, max: 1, lagPerReplica: 1 },
    retry: { attempts: 3, firstDelayMs: 1 },
    handleInSteps,
  }) as AnyWorker;
  const consumption = await runWorker(worker, {
    source: { consume: async (given) => ((settings = given), { stop: async () => undefined }) },
    sink: { publish: async () => undefined },
    transactions: { run: () => Promise.reject(new Error('not used')) },
    shared: {} as SharedPorts,
    logger,
    heartbeats,
    tools: { region: 'us-east', partitions: 12, signal: new AbortController().signal },
    random: () => 0,
  });
  return {
    stop: () => consumption.stop(),
    deliver: () => settings!.handle([message]),
    /** Time goes by, in which the loop fetches unless it is told not to. */
    pass: (ms: number, { fetches = true } = {}) => {
      nowMs += ms;
      if (fetches) settings!.beat?.();
      return heartbeats.hung();
    },
  };
}

test('a call that never settles hangs, though fetches go on', async () => {
  const { deliver, pass, stop } = await start(() => new Promise(() => undefined));
  void deliver();
  expect(pass(1000)).toEqual([]);
  expect(pass(1)).toEqual(['double-numbers']);
  await stop();
});

test('a batch that is left to be read again, as a tripped breaker says, is done with', async () => {
  const open = new TransientError('provider-breaker-open', 'down', { details: { retryAfterMs: 30_000 } });
  const { deliver, pass } = await start(() => Promise.reject(open));
  await expect(deliver()).rejects.toBe(open);
  expect(pass(30_000)).toEqual([]);
});

test('a batch that is tried again goes on, however long that takes in all', async () => {
  const seen: string[] = [];
  const worker = await start(() => {
    seen.push(...worker.pass(600));
    return Promise.reject(new TransientError('postgres-away', 'no connection'));
  });
  await expect(worker.deliver()).rejects.toMatchObject({ code: 'postgres-away' });
  expect([...seen, ...worker.pass(600)]).toEqual([]);
});

test('a loop that fetches no more hangs, and one that was stopped does not', async () => {
  const { pass, stop } = await start(() => Promise.resolve());
  expect(pass(1001, { fetches: false })).toEqual(['double-numbers']);
  await stop();
  expect(pass(0, { fetches: false })).toEqual([]);
});

test('what is logged of an event that is put aside is of its trace', async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const traces: (string | undefined)[] = [];
  const log = (): void => void traces.push(traceparentOf());
  const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
  try {
    const { deliver } = await start(() => Promise.reject(new PermanentError('cannot-double', 'no')), logger);
    await deliver();
  } finally {
    context.disable();
  }
  expect(traces).toEqual([expect.stringContaining(traceId)]);
});
