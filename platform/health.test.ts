import { expect, test, vi } from 'vitest';
import { createHealth, type HealthSettings } from './health.ts';

const make = (settings: Partial<HealthSettings> = {}) =>
  createHealth({
    checks: {},
    isReady: () => true,
    metricsText: () => Promise.resolve('up 1\n'),
    ...settings,
  });

async function ask(health: ReturnType<typeof make>, path: string): Promise<[number, unknown]> {
  const response = await health.request(path);
  return [response.status, await response.json()];
}

test('ready when all checks pass, and only between start and drain', async () => {
  let ready = false;
  const health = make({ isReady: () => ready, checks: { postgres: () => Promise.resolve() } });
  expect(await ask(health, '/readyz')).toEqual([503, { status: 'not-serving', failed: [] }]);
  ready = true;
  expect(await ask(health, '/readyz')).toEqual([200, { status: 'ready' }]);
  ready = false;
  expect((await ask(health, '/readyz'))[0]).toBe(503);
});

test('names what failed or hangs and nothing of the error', async () => {
  const health = make({
    checks: {
      postgres: () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432')),
      redis: () => {
        throw new Error('thrown at once');
      },
      kafka: () => new Promise(() => undefined),
      mongo: () => Promise.resolve(),
    },
  });
  const startedMs = performance.now();
  expect(await ask(health, '/readyz')).toEqual([
    503,
    { status: 'failing', failed: ['postgres', 'redis', 'kafka'] },
  ]);
  expect(performance.now() - startedMs).toBeLessThan(1900); // one limit, not one a check
});

test('checks run once for all who ask within a second, and again after it', async () => {
  const check = vi.fn(() => Promise.resolve());
  const health = make({ checks: { postgres: check } });
  await Promise.all(Array.from({ length: 10 }, () => ask(health, '/readyz')));
  await health.request('/readyz');
  expect(check).toHaveBeenCalledTimes(1);
  await vi.waitFor(
    async () => {
      await health.request('/readyz');
      expect(check).toHaveBeenCalledTimes(2);
    },
    { timeout: 3000, interval: 50 },
  );
});

test('alive until a loop hangs, whatever the checks say', async () => {
  let hung: readonly string[] = [];
  const health = make({
    isReady: () => false,
    checks: { postgres: () => Promise.reject(new Error('away')) },
    hung: () => hung,
  });
  expect(await ask(health, '/livez')).toEqual([200, { status: 'live' }]);
  hung = ['relay'];
  expect(await ask(health, '/livez')).toEqual([503, { status: 'hung', hung: ['relay'] }]);
});

test('serves the metrics as text', async () => {
  const response = await make().request('/metrics');
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(await response.text()).toBe('up 1\n');
});
