import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConflictError, PermanentError, TransientError } from './errors.ts';
import { backOffMs, processBatch, type RetryPolicy } from './process-batch.ts';

const policy: RetryPolicy = { attempts: 3, firstDelayMs: 100 };

/** Records what reaches the effects: a batch that throws leaves nothing, as a rolled-back transaction. */
function recorder(handle: (events: readonly number[]) => void) {
  const done: number[] = [];
  const dead: { event: number; error: unknown }[] = [];
  const delays: number[] = [];
  let calls = 0;
  const steps = {
    handle: (events: readonly number[]): Promise<void> => {
      calls += 1;
      handle(events);
      done.push(...events);
      return Promise.resolve();
    },
    deadLetter: (event: number, error: unknown): Promise<void> => {
      dead.push({ event, error });
      return Promise.resolve();
    },
    wait: (delayMs: number): Promise<void> => {
      delays.push(delayMs);
      return Promise.resolve();
    },
    random: (): number => 0.5,
  };
  return { done, dead, delays, steps, calls: () => calls };
}

describe('processBatch', () => {
  test('a healthy batch is one call', async () => {
    const seen = recorder(() => {});
    await expect(processBatch([1, 2, 3], policy, seen.steps)).resolves.toEqual({ handled: 3, dead: 0 });
    expect(seen.calls()).toBe(1);
  });

  test('an empty batch calls nothing', async () => {
    const seen = recorder(() => {});
    await expect(processBatch([], policy, seen.steps)).resolves.toEqual({ handled: 0, dead: 0 });
    expect(seen.calls()).toBe(0);
  });

  test('an outage dead-letters nothing and reaches the caller after the last attempt', async () => {
    const outage = new TransientError('postgres-away', 'no connection');
    const seen = recorder(() => {
      throw outage;
    });
    await expect(processBatch([1, 2], policy, seen.steps)).rejects.toBe(outage);
    expect(seen.dead).toEqual([]);
    expect(seen.delays).toEqual([50, 100]);
  });

  test('a conflict is decided again as it is', async () => {
    let conflicts = 2;
    const seen = recorder(() => {
      if (conflicts-- > 0) throw new ConflictError('version-taken', 'another writer');
    });
    await expect(processBatch([1, 2], policy, seen.steps)).resolves.toEqual({ handled: 2, dead: 0 });
  });

  test('the dead letter carries the error of its own event', async () => {
    const seen = recorder((events) => {
      if (events.includes(2)) throw new PermanentError('unreadable', 'event 2');
    });
    await processBatch([1, 2, 3], policy, seen.steps);
    expect(seen.done).toEqual([1, 3]);
    expect(seen.dead).toMatchObject([{ event: 2, error: { code: 'unreadable' } }]);
  });

  test('whatever is poisoned: the rest is handled once and in order, the poison is dead once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(50)), fc.array(fc.nat(50)), async (events, poison) => {
        const seen = recorder((batch) => {
          if (batch.some((event) => poison.includes(event))) throw new TypeError('poison');
        });
        await processBatch(events, policy, seen.steps);
        expect(seen.done).toEqual(events.filter((event) => !poison.includes(event)));
        expect(seen.dead.map(({ event }) => event)).toEqual(events.filter((event) => poison.includes(event)));
      }),
    );
  });
});

test('back-off doubles, is jittered and has a ceiling', () => {
  expect(backOffMs(policy, 1, 0.999)).toBe(99);
  expect(backOffMs(policy, 3, 0.5)).toBe(200);
  expect(backOffMs({ ...policy, maxDelayMs: 250 }, 10, 0.999)).toBe(249);
});
