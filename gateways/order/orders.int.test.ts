import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acceptedOrder, orderResource, orderSummary } from '../../contracts/http/orders.ts';
import { pageOf } from '../../contracts/http/parts.ts';
import { people, startGateways, type GatewayHarness } from '../../scripts/testing/gateway-harness.ts';
import { addProducts, carryOut, goodOrder } from '../../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addProducts(harness);
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

async function placed(): Promise<string> {
  const headers = { 'idempotency-key': randomUUID() };
  const request = { as: 'anna', body: goodOrder, headers };
  const { status, body } = await harness.call('POST', '/v1/orders', request);
  expect(status).toBe(202);
  return acceptedOrder.parse(body).orderId;
}

const get = (path: string, headers: Record<string, string> = {}, as = 'anna') =>
  harness.call('GET', path, { as, headers });
const post = (path: string, body: object = {}, as = 'anna') => harness.call('POST', path, { as, body });

describe('an order', () => {
  test('is shown from its stream, with an entity tag', async () => {
    const orderId = await placed();
    const path = `/v1/orders/${orderId}`;
    const { status, headers, body } = await get(path);
    expect([status, headers.get('etag')]).toEqual([200, '"v1"']);
    expect(orderResource.parse(body)).toMatchObject({
      status: 'placed',
      version: 1,
      lines: [{ sku: 'tea-1' }, {}],
    });
    expect((await get(path, { 'if-none-match': '"v1"' })).status).toBe(304);
    await carryOut(harness, orderId, 'stock');
    expect(await get(path, { 'if-none-match': '"v1"' })).toMatchObject({
      status: 200,
      body: { version: 2, steps: [{ type: 'OrderPlaced' }, { type: 'OrderStockReserved' }] },
    });
  });

  test.each([
    ['GET', ''],
    ['GET', '/events'],
    ['POST', '/cancel'],
  ])('of another user is not there: %s %s', async (method, path) => {
    const orderId = await placed();
    expect(await harness.call(method, `/v1/orders/${orderId}${path}`, { as: 'bert' })).toMatchObject({
      status: 404,
      body: { code: 'order-unknown' },
    });
    expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
  });

  test.each(['x', 'ord_use_', 'ord_xxx_0123456789abcdefghjkmnpqrs', 'ord_use_0123456789abcdefghjkmnpqr%00'])(
    'with the id %s is refused',
    async (id) => {
      const errors = [{ in: 'path', field: 'orderId' }];
      expect(await get(`/v1/orders/${id}`)).toMatchObject({ status: 422, body: { errors } });
    },
  );

  test('can be cancelled until it is shipped, also several times at once', async () => {
    const orderId = await placed();
    await carryOut(harness, orderId, 'stock', 'fraud', 'paid');
    const cancel = () => post(`/v1/orders/${orderId}/cancel`, { reason: 'changed my mind' });
    const answers = await Promise.all([cancel(), cancel(), cancel()]);
    for (const { status, body } of answers)
      expect({ status, body }).toMatchObject({
        status: 200,
        body: { status: 'cancelled', refundDueMinor: 2100 + 186 + 599 },
      });
    const { steps } = orderResource.parse((await get(`/v1/orders/${orderId}`)).body);
    expect(steps.filter(({ type }) => type === 'OrderCancelled')).toHaveLength(1);
  });

  test('cannot be cancelled when it is shipped', async () => {
    const orderId = await placed();
    await carryOut(harness, orderId, 'stock', 'fraud', 'paid', 'shipped');
    expect(await harness.call('POST', `/v1/orders/${orderId}/cancel`, { as: 'anna' })).toMatchObject({
      status: 409,
      body: { code: 'order-shipped' },
    });
  });
});

test('the history is listed page by page, and a cursor is good for its user only', async () => {
  const history = Array.from({ length: 5 }, (_, index) => ({
    orderId: `ord_use_${String(index).padStart(26, '0')}`,
    userId: people.anna.userId,
    events: [
      {
        version: 1,
        type: 'OrderPlaced',
        at: `2026-03-01T12:00:0${index}.000Z`,
        data: { currency: 'USD', totalMinor: 100 + index, lines: [{ sku: 'tea-1', quantity: 1 }] },
      },
    ],
  }));
  await harness.shared.orderHistory.apply(history);
  const page = pageOf(orderSummary);
  const pages: z.output<typeof page>[] = [];
  do {
    const cursor = pages.at(-1)?.nextCursor;
    const { status, body } = await get(`/v1/orders?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
    expect(status).toBe(200);
    pages.push(page.parse(body));
  } while (pages.at(-1)?.nextCursor);
  expect(pages.flatMap(({ items }) => items.map(({ orderId }) => orderId))).toEqual(
    history.map(({ orderId }) => orderId).toReversed(),
  );
  const foreign = await get(`/v1/orders?limit=2&cursor=${pages[0]!.nextCursor}`, {}, 'bert');
  expect(foreign).toMatchObject({
    status: 422,
    body: { code: 'cursor-invalid', errors: [{ field: 'cursor' }] },
  });
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=1e9', 'page=2'])
    expect(await get(`/v1/orders?${query}`)).toMatchObject({ status: 422 });
});

test('operators see what is parked and decide about it; others may not', async () => {
  const orderId = await placed();
  await carryOut(harness, orderId, 'stock', 'review');
  const parked = '/v1/operations/parked-orders';
  const decision = `/v1/operations/orders/${orderId}/fraud-decision`;
  expect((await get(parked)).status).toBe(403);
  expect((await post(decision, { decision: 'clear' })).status).toBe(403);
  const items = [{ orderId, parkedReason: 'fraud-review', deadlineAt: expect.any(String) }];
  expect((await get(parked, {}, 'olga')).body).toEqual({ items });
  expect(await post(decision, { decision: 'maybe' }, 'olga')).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'decision' }] },
  });
  const cleared = await post(decision, { decision: 'clear' }, 'olga');
  expect(cleared).toMatchObject({ status: 200, body: { status: 'confirmed' } });
  expect((await get(parked, {}, 'olga')).body).toEqual({ items: [] });
});

const openStream = async (orderId: string, headers = {}) => {
  const authorization = `Bearer ${await harness.tokenOf('anna')}`;
  return fetch(`${harness.url}/v1/orders/${orderId}/events`, { headers: { authorization, ...headers } });
};
const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

describe('the event stream', () => {
  test('tells what was and what comes, and ends with the order', async () => {
    const orderId = await placed();
    await carryOut(harness, orderId, 'stock');
    const response = await openStream(orderId);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (count: number) => {
      while (idsIn(text).length < count) text += (await reader.read()).value ?? '';
    };
    await until(2);
    await post(`/v1/orders/${orderId}/cancel`);
    await until(3);
    expect(idsIn(text)).toEqual([1, 2, 3]);
    expect(text).toContain('event: OrderCancelled');
    expect(text).not.toContain('tok_approve');
    expect((await reader.read()).done).toBe(true);
  });

  test('goes on after the last event that the client has, and says when nothing will come', async () => {
    const orderId = await placed();
    await post(`/v1/orders/${orderId}/cancel`);
    expect(idsIn(await (await openStream(orderId, { 'last-event-id': '1' })).text())).toEqual([2]);
    expect((await openStream(orderId, { 'last-event-id': '2' })).status).toBe(204);
  });
});
