import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  contextFrom,
  counter,
  gauge,
  histogram,
  inSpan,
  startSpan,
  traceparentOf,
} from '../../platform/telemetry.ts';
import { startTelemetry, type Telemetry } from './sdk.ts';

let telemetry: Telemetry;
afterEach(() => telemetry.shutdown());

const settings = { service: 'order', region: 'eu-central', sampleRatio: 1 };
const sampledParent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

test('metrics come out as Prometheus text, those of the process too', async () => {
  telemetry = startTelemetry(settings);
  counter('meridian_test_orders', 'Orders').add(2, { outcome: 'ok' });
  histogram('meridian_test_time', 'Time', 's', [0.1, 1]).record(0.5);
  gauge('meridian_test_lag', 'Lag', (result) => result.observe(7));
  const text = await telemetry.metricsText();
  const lines = text.split('\n');
  expect(lines).toContain('meridian_test_orders_total{outcome="ok"} 2');
  expect(lines).toContain('meridian_test_time_bucket{le="0.1"} 0');
  expect(lines).toContain('meridian_test_time_bucket{le="1"} 1');
  expect(lines).toContain('meridian_test_lag 7');
  expect(text).toContain(
    'target_info{service_name="order",service_namespace="meridian",cloud_region="eu-central"} 1',
  );
  const valueOf = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
  expect(valueOf('process_resident_memory_bytes')).toBeGreaterThan(10e6);
  expect(valueOf('nodejs_heap_size_used_bytes')).toBeGreaterThan(1e6);
  expect(valueOf('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(valueOf('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
});

const turn = () => new Promise((resolve) => setTimeout(resolve, 30));

test('a blocked event loop shows up', async () => {
  telemetry = startTelemetry(settings);
  await turn();
  const endMs = performance.now() + 300;
  while (performance.now() < endMs);
  await turn();
  const lag = /^nodejs_eventloop_lag_p99_seconds (.+)$/m.exec(await telemetry.metricsText())?.[1];
  expect(Number(lag)).toBeGreaterThan(0.2);
});

test('without a collector spans have ids that are passed on, and are not sampled', async () => {
  telemetry = startTelemetry(settings);
  const root = await inSpan('work', {}, () => Promise.resolve(traceparentOf()));
  expect(root).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  const inner = await inSpan('work', { parent: contextFrom(sampledParent) }, async (span) => {
    await Promise.resolve(); // the context outlives an await
    return [traceparentOf(), span.isRecording()];
  });
  expect(inner).toEqual([expect.stringMatching(/^00-a{32}-[0-9a-f]{16}-00$/), false]);
});

test('with a collector spans are sent, and a parent that is not sampled decides', async () => {
  const received: { path: string | undefined; body: string }[] = [];
  const receive = async (request: IncomingMessage) => {
    received.push({ path: request.url, body: Buffer.concat(await request.toArray()).toString() });
  };
  const collector = createServer((request, response) => void receive(request).then(() => response.end('{}')));
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const otlpUrl = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
  telemetry = startTelemetry({ ...settings, sampleRatio: 0, otlpUrl });
  await inSpan('kept', { parent: contextFrom(sampledParent) }, () => Promise.resolve());
  await inSpan('dropped-by-ratio', {}, () => Promise.resolve());
  await telemetry.shutdown();
  collector.close();
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  expect(received[0]?.body).toContain('"kept"');
  expect(received[0]?.body).toContain('"eu-central"');
  expect(received[0]?.body).not.toContain('dropped-by-ratio');
});

test('after the shutdown the next start works, and nothing is left of the last', async () => {
  telemetry = startTelemetry(settings);
  counter('meridian_test_first', 'x').add(1);
  await telemetry.shutdown();
  expect(startSpan('nobody').spanContext().traceId).toMatch(/^0+$/);
  telemetry = startTelemetry(settings);
  counter('meridian_test_second', 'x').add(1);
  const text = await telemetry.metricsText();
  expect(text).toContain('meridian_test_second_total 1');
  expect(text).not.toContain('meridian_test_first');
});
