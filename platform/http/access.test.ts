import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { things } from '../../scripts/testing/things-gateway.ts';
import type { Logger } from '../logger.ts';
import { traceparentOf } from '../telemetry.ts';
import { accessOf } from './access.ts';
import { createGatewayApp } from './gateway-app.ts';

const spans = new InMemorySpanExporter();
const points = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: points, exportIntervalMillis: 3_600_000 });

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({
      sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }),
      spanProcessors: [new SimpleSpanProcessor(spans)],
    }),
  );
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
beforeEach(() => spans.reset());
afterAll(() => reader.shutdown());

const traceId = '0af7651916cd43dd8448eb211c80319c';
const begin = accessOf('GET', '/v1/things/{thingId}');

test('a trace that the client records goes on in a span, which is active in the work', async () => {
  const access = begin(`00-${traceId}-b7ad6b7169203331-01`);
  const inside = await access.run(async () => traceparentOf());
  access.end(503, new Error('no'));
  expect(inside).toBe(access.traceparent);
  expect(inside).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect(spans.getFinishedSpans()).toMatchObject([
    {
      name: 'GET /v1/things/{thingId}',
      parentSpanContext: { spanId: 'b7ad6b7169203331' },
      attributes: { 'http.response.status_code': 503, 'error.type': 'Error' },
    },
  ]);
});

test.each([undefined, 'nonsense', `00-${traceId}-b7ad6b7169203331-00`])(
  'without a recorded trace (%s) there is no span',
  async (traceparent) => {
    const access = begin(traceparent);
    await expect(access.run(async () => traceparentOf())).resolves.toBeUndefined();
    access.end(200);
    expect(access.traceparent).toBeUndefined();
    expect(spans.getFinishedSpans()).toEqual([]);
  },
);

test('every request counts by route, method and status class', async () => {
  accessOf('POST', '/v1/counted')(undefined).end(202);
  accessOf('POST', '/v1/counted')(undefined).end(204);
  accessOf('POST', '/v1/counted')(undefined).end(404);
  await reader.forceFlush();
  const [metric] = points.getMetrics().at(-1)!.scopeMetrics[0]!.metrics;
  expect(metric?.descriptor).toMatchObject({ name: 'http.server.request.duration', unit: 's' });
  const counted = metric!.dataPoints
    .filter(({ attributes }) => attributes['http.route'] === '/v1/counted')
    .map(({ attributes, value }) => [
      attributes['http.response.status_class'],
      (value as { count: number }).count,
    ]);
  expect(counted).toEqual([
    ['2xx', 2],
    ['4xx', 1],
  ]);
});

test.each(['transient', 'conflict', 'other', 'slow'])(
  'what is logged of a request that fails (%s) is of its trace',
  async (thing) => {
    const traces: (string | undefined)[] = [];
    const log = (): void => void traces.push(traceparentOf());
    const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
    const app = createGatewayApp([things], () => ({}), {
      tokens: { verify: async () => ({ userId: 'usr_olga', roles: ['operator'] }) },
      logger,
      secret: 'of this test',
      timeoutMs: 20,
    });
    await app.request(`/v1/things/${thing}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer olga', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    expect(traces).toEqual([expect.stringContaining(traceId)]);
  },
);
