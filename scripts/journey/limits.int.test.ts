import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { acceptedOrder } from '../../contracts/http/orders.ts';
import { processGroups } from '../../environments/local.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, tell } from './conditions.ts';
import { nextOrder } from './load.ts';
import { sendPersonalData, shownByMetrics, shownBySpan } from './personal-data.ts';
import { shipTo, type Answer } from './shop-client.ts';
import { startTraceCollector, type CollectedSpan, type TraceCollector } from './trace-collector.ts';
import { openWorld, type World } from './world.ts';

const openOrders = 40;

const spanOf = (name: string) => (span: CollectedSpan) => span.name === name;

let collector: TraceCollector;
let world: World;
beforeAll(async () => {
  collector = await startTraceCollector();
  world = await openWorld({
    variables: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      TRACE_SAMPLE_RATIO: '1',
      ADMISSION_OPEN_ORDERS: String(openOrders),
    },
  });
}, 180_000);
afterAll(async () => {
  await world?.close();
  await collector?.close();
}, 60_000);

test('one trace leads from the request to the mail, each step from the one before it', async () => {
  const order = await world.shop.place(nextOrder(world));
  await allEnded(world, [order]);
  await waitFor('the span of the mail', () => collector.spans.some(spanOf('smtp send')), {
    timeoutMs: 30_000,
  });
  const request = collector.spans.find(spanOf('POST /v1/orders'));
  const ofTrace = (): readonly CollectedSpan[] =>
    collector.spans.filter(({ traceId }) => traceId === request?.traceId);
  const steps = [
    'POST /v1/orders',
    'reserve-stock process',
    'score-order process',
    'advance-order process',
    'capture-payment process',
    'payment capture',
    'book-shipment process',
    'send-notification process',
    'smtp send',
    'project-order-history process',
    'append-audit process',
    'aggregate-analytics process',
  ];
  await waitFor('all spans of the order', () => steps.every((step) => ofTrace().some(spanOf(step))), {
    timeoutMs: 30_000,
  }).catch(() => undefined); // what is missing shows below
  expect(steps.filter((step) => !ofTrace().some(spanOf(step)))).toEqual([]);
  const ids = new Set(ofTrace().map(({ spanId }) => spanId));
  const roots = ofTrace().filter(({ parentSpanId }) => !parentSpanId || !ids.has(parentSpanId));
  expect(roots.map(({ name }) => name)).toEqual(['POST /v1/orders']);
  expect(new Set(ofTrace().map(({ service }) => service)).size).toBeGreaterThan(1);
  tell(`${ofTrace().length} spans from the request to the mail`);
  const lineageOf = (name: string): string[] => {
    const names: string[] = [];
    let span = ofTrace().find(spanOf(name));
    for (; span; span = ofTrace().find(({ spanId }) => spanId === span?.parentSpanId)) names.push(span.name);
    return names;
  };
  // The later one of the two lets the order be confirmed.
  const confirmed = ['advance-order process', expect.stringMatching(/^(reserve-stock|score-order) process$/)];
  const charged = ['capture-payment process', ...confirmed, 'POST /v1/orders'];
  expect(lineageOf('payment capture')).toEqual(['payment capture', ...charged]);
  const shipped = ['send-notification process', 'book-shipment process', 'advance-order process'];
  expect(lineageOf('smtp send')).toEqual(['smtp send', ...shipped, ...charged]);
  await world.expectClean();
}, 120_000);

test('card numbers, mail addresses and tokens that a client sends show in no span, no metric and no log', async () => {
  const { statuses, order } = await sendPersonalData(world);
  expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 404, 401, 201, 409]);
  await allEnded(world, [order]);
  const ended = (): boolean =>
    collector.spans.filter(spanOf('POST /v1/users')).length >= 2 &&
    collector.spans.filter(spanOf('payment capture')).length >= 2;
  await waitFor('the spans of the last requests', ended, { timeoutMs: 30_000 });
  expect([...new Set(collector.spans.flatMap(shownBySpan))]).toEqual([]);
  for (const [index] of processGroups.entries()) {
    const url = `http://${world.stack.host}:${world.stack.ports.metrics[index]}/metrics`;
    const text = await (await fetch(url)).text();
    expect(text).toContain('meridian_');
    expect(shownByMetrics(text)).toEqual([]);
  }
  await world.expectClean(); // reads the logs, too
}, 120_000);

test('a burst beyond the limit is refused with Retry-After, and all that was accepted completes', async () => {
  const answers = await Promise.all(
    Array.from({ length: 600 }, async (_, n): Promise<Answer> => {
      await sleep(n * 5); // 200 orders a second, whatever the answers
      const { userId, lines, paymentToken } = nextOrder(world, 'tok_slow');
      return world.shop.call({ userId, roles: [] }, 'POST', '/v1/orders', {
        headers: { 'idempotency-key': randomUUID() },
        body: { lines, paymentToken, shipTo },
      });
    }),
  );
  const refused = answers.filter(({ status }) => status === 503);
  const accepted = answers
    .filter(({ status }) => status === 202)
    .map(({ json }) => acceptedOrder.parse(json));
  tell(`${accepted.length} orders accepted and ${refused.length} refused`);
  expect(refused.length + accepted.length).toBe(answers.length);
  expect(refused.length).toBeGreaterThan(0);
  expect(accepted.length).toBeGreaterThan(openOrders);
  for (const { headers, json } of refused) {
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(json).toMatchObject({ status: 503, code: 'overloaded' });
  }
  const { rows } = await world.sources.postgres.query<{ count: string }>(
    `select count(*) as count from orders.events where type = 'OrderPlaced'`,
  );
  expect(Number(rows[0]?.count)).toBe(accepted.length + world.shop.acknowledged.length);
  const placed = accepted.map(({ orderId, totalMinor }) => ({ orderId, totalMinor }));
  await allEnded(world, placed);
  await world.expectClean(placed);
  // With the backlog gone, orders are taken again.
  await allEnded(world, [await world.shop.place(nextOrder(world))]);
}, 240_000);
