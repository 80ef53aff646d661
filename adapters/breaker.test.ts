import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ConflictError, PermanentError, TransientError } from '../platform/errors.ts';
import { inSpan, traceparentOf } from '../platform/telemetry.ts';
import { createBreaker, type Breaker, type BreakerOptions } from './breaker.ts';
import { startTelemetry, type Telemetry } from './telemetry/sdk.ts';

// An instrument counts for ever where it counted first, so the SDK is there before any call.
let telemetry: Telemetry;
let collector: Server;
const spans: unknown[] = [];
const receive = async (request: IncomingMessage) => {
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Exported;
  spans.push(...body.resourceSpans.flatMap((part) => part.scopeSpans.flatMap((scope) => scope.spans)));
};
beforeAll(async () => {
  collector = createServer((request, response) => void receive(request).then(() => response.end('{}')));
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const otlpUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  telemetry = startTelemetry({ service: 'test', region: 'us-east', sampleRatio: 1, otlpUrl });
});
afterAll(() => new Promise((resolve) => collector.close(resolve)));

let breaker: Breaker;
afterEach(() => breaker.close());

const make = (options: Partial<BreakerOptions> = {}): Breaker => {
  breaker = createBreaker({ target: 'shop', volumeThreshold: 4, ...options });
  return breaker;
};
const fails = () => Promise.reject(new TransientError('shop-failed', 'it failed'));
const attempts = (count: number, work: () => Promise<unknown>) =>
  Promise.allSettled(Array.from({ length: count }, () => breaker.call('buy', work)));
const never = () => new Promise<never>(() => undefined);

describe('the breaker', () => {
  test('opens at more than half the calls failed and says how long to stay away', async () => {
    make({ resetTimeoutMs: 10_000 });
    await attempts(5, fails);
    const work = vi.fn(() => Promise.resolve(1));
    const refused = breaker.call('buy', work);
    await expect(refused).rejects.toBeInstanceOf(TransientError);
    await expect(refused).rejects.toMatchObject({ code: 'shop-breaker-open' });
    const { details } = (await refused.catch((error: unknown) => error)) as TransientError;
    expect(details['retryAfterMs']).toBeGreaterThan(9000);
    expect(details['retryAfterMs']).toBeLessThanOrEqual(10_000);
    expect(work).not.toHaveBeenCalled();
  });

  test('lets one call through after the reset, and names a short wait meanwhile', async () => {
    const states: string[] = [];
    make({ resetTimeoutMs: 20, timeoutMs: 500, onState: (state) => states.push(state) });
    await attempts(5, fails);
    await vi.waitFor(() => expect(states).toEqual(['open', 'half-open']));
    const trial = Promise.withResolvers<string>();
    const passed = breaker.call('buy', () => trial.promise);
    await expect(breaker.call('buy', () => Promise.resolve(1))).rejects.toMatchObject({
      code: 'shop-breaker-open',
      details: { retryAfterMs: 500 },
    });
    trial.resolve('bought');
    expect(await passed).toBe('bought');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  test('takes no refusal for an outage, nor what it is told to ignore', async () => {
    make({ ignoredCodes: ['shop-aborted'] });
    await attempts(10, () => Promise.reject(new PermanentError('no', 'no')));
    await attempts(10, () => Promise.reject(new ConflictError('no', 'no')));
    await attempts(10, () => Promise.reject(new TransientError('shop-aborted', 'gave up')));
    expect(await breaker.call('buy', () => Promise.resolve('bought'))).toBe('bought');
  });

  test('gives up a call without an answer, and counts it', async () => {
    make({ timeoutMs: 20 });
    const results = await attempts(5, never);
    expect(results.map((result) => result.status === 'rejected' && result.reason)).toMatchObject(
      Array.from({ length: 5 }, () => ({ name: 'TransientError', code: 'shop-timed-out' })),
    );
    await expect(breaker.call('buy', never)).rejects.toMatchObject({ code: 'shop-breaker-open' });
  });

  test('keeps calls beyond its concurrency waiting, and their time does not run', async () => {
    make({ concurrency: 2, timeoutMs: 300 });
    let [running, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
    };
    const results = await attempts(12, work); // 600 ms in all
    expect(results.map(({ status }) => status)).toEqual(Array(12).fill('fulfilled'));
    expect(most).toBe(2);
  });
});

describe('what is seen of a call', () => {
  test('metrics by outcome, and a client span only inside a sampled trace', async () => {
    make({ target: 'seen', timeoutMs: 30 });
    await breaker.call('buy', () => Promise.resolve(1));
    let told: string | undefined;
    await inSpan('order', {}, () =>
      breaker.call('buy', () => {
        told = traceparentOf();
        return Promise.resolve(1);
      }),
    );
    await attempts(1, () => Promise.reject(new PermanentError('no', 'ada@example.com said no')));
    await attempts(1, never);
    await attempts(6, fails);
    const text = await telemetry.metricsText();
    await telemetry.shutdown();
    const count = (outcome: string) =>
      Number(
        new RegExp(`meridian_outbound_calls_total\\{target="seen".*outcome="${outcome}".*\\} (\\d+)`).exec(
          text,
        )?.[1],
      );
    expect(['ok', 'refused', 'timed-out', 'failed'].map(count)).toEqual([2, 1, 1, 6]);
    expect(text).toMatch(/meridian_breaker_changes_total\{target="seen".*state="open".*\} 1\n/);
    expect(text).toMatch(/meridian_outbound_duration_count\{target="seen".*operation="buy".*\} \d+/);
    expect(spans).toMatchObject([
      { name: 'seen buy', kind: 3, spanId: told?.split('-')[2] },
      { name: 'order' },
    ]);
  });
});

type Exported = { resourceSpans: { scopeSpans: { spans: unknown[] }[] }[] };
