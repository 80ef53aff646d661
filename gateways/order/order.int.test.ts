import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AcceptedOrder, OrderResource } from '../../contracts/http/orders.ts';
import { orderResource } from '../../contracts/http/orders.ts';
import { bucketOf, userIdOf } from '../../domain/ids.ts';
import type { OrderCommand } from '../../domain/order/order-commands.ts';
import { decideAll } from '../../platform/decide-all.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { startGateways, type GatewayHarness } from '../../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;
const anna = userIdOf('us-east', 'anna');
const bert = userIdOf('us-east', 'bert');
const tokens: Record<string, string> = {};

beforeAll(async () => {
  harness = await startGateways(6000);
  await harness.pool.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams) values
     ('tea-1', 'Tea', 'tea', '{"USD": 450, "EUR": 400}', 100), ('cup-1', 'Cup', 'kitchen', '{"USD": 1200}', 300),
     ('gold-1', 'Gold', 'metal', '{"USD": 9007199254740000}', 1), ('eur-1', 'Only there', 'tea', '{"EUR": 100}', 1)`,
  );
  tokens['anna'] = await harness.tokenOf(anna);
  tokens['bert'] = await harness.tokenOf(bert);
  tokens['olga'] = await harness.tokenOf(userIdOf('us-east', 'olga'), 'operator');
  tokens['wendy'] = await harness.tokenOf(userIdOf('us-west', 'wendy'));
}, 180_000);

beforeEach(async () => {
  harness.logged.length = 0;
  await harness.pool.query(
    'truncate orders.events, orders.outbox, orders.sagas, users.carts, users.users, users.emails',
  );
});

afterAll(() => harness?.stop(), 60_000);

type Options = { as?: string; headers?: Record<string, string>; body?: unknown; text?: string };

async function call(method: string, path: string, options: Options = {}) {
  const {
    as = 'anna',
    headers = {},
    body,
    text = body === undefined ? undefined : JSON.stringify(body),
  } = options;
  const response = await harness.app.request(path, {
    method,
    headers: {
      authorization: `Bearer ${tokens[as]}`,
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? await response.json() : undefined,
  };
}

const goodOrder = {
  lines: [
    { sku: 'tea-1', quantity: 2 },
    { sku: 'cup-1', quantity: 1 },
  ],
  paymentToken: 'tok_approve',
  shipTo: { country: 'US', postalCode: '94103' },
};

const place = (options: Options & { key?: string } = {}) =>
  call('POST', '/v1/orders', {
    body: goodOrder,
    ...options,
    headers: { 'idempotency-key': options.key ?? randomUUID(), ...options.headers },
  });

async function placed(): Promise<AcceptedOrder> {
  const { status, body } = await place();
  expect(status).toBe(202);
  return body as AcceptedOrder;
}

/** What the workers would do. */
async function carryOut(orderId: string, ...types: ('stock' | 'fraud' | 'paid' | 'shipped' | 'delivered')[]) {
  const at = new Date().toISOString();
  const { body } = await call('GET', `/v1/orders/${orderId}`, { as: 'olga' });
  const { totalMinor: amountMinor } = body as OrderResource;
  const commands: Record<(typeof types)[number], OrderCommand> = {
    stock: { type: 'RecordStockReserved', orderId, at },
    fraud: { type: 'RecordFraudCleared', orderId, at },
    paid: { type: 'RecordPaymentCaptured', orderId, at, paymentId: 'ch_1', amountMinor },
    shipped: { type: 'ShipOrder', orderId, at, shipmentId: 'shp_1', carrier: 'ups', trackingCode: '1Z' },
    delivered: { type: 'DeliverOrder', orderId, at, shipmentId: 'shp_1' },
  };
  const requests = types.map((type) => ({ command: commands[type] }));
  const outcomes = await decideAll(harness.shared.orders, orderStream, requests, harness.partitions);
  expect(outcomes.every(({ accepted }) => accepted)).toBe(true);
}

describe('placing an order', () => {
  test('writes its first event, message and saga, priced as the quote says', async () => {
    const { status, headers, body } = await place({ key: 'first' });
    const { body: quote } = await call('POST', '/v1/quotes', { body: { lines: goodOrder.lines } });
    const accepted = body as AcceptedOrder;
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(`/v1/orders/${accepted.orderId}`);
    expect(accepted).toMatchObject({
      status: 'accepted',
      currency: 'USD',
      statusUrl: headers.get('location'),
    });
    expect(quote).toMatchObject({ subtotalMinor: 2100, totalMinor: accepted.totalMinor });
    const bucket = bucketOf(accepted.orderId, harness.partitions);
    const { rows } = await harness.pool.query(
      `select e.bucket, e.version, e.type, o.event_id, o.topic, o.key, o.bucket as partition, s.parked_reason,
         e.data::jsonb = o.payload::jsonb as same
       from orders.events e join orders.outbox o on o.key = e.stream_id join orders.sagas s on s.order_id = e.stream_id`,
    );
    expect(rows).toEqual([
      {
        bucket,
        version: 1,
        type: 'OrderPlaced',
        event_id: `${accepted.orderId}/1`,
        topic: 'order-events',
        key: accepted.orderId,
        partition: bucket,
        parked_reason: null,
        same: true,
      },
    ]);
  });

  test('50 times at once with one key makes one order and 50 equal answers', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => place({ key: 'together' })));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await harness.countRows()).toMatchObject({
      'orders.events': 1,
      'orders.outbox': 1,
      'orders.sagas': 1,
    });
  });

  test('again with the same key answers as before, even when the price has changed or the product is gone', async () => {
    const first = await place({ key: 'again' });
    await harness.pool.query("update catalogue.products set prices_minor = '{}' where sku = 'cup-1'");
    await expect
      .poll(async () => (await call('POST', '/v1/quotes', { body: { lines: goodOrder.lines } })).status, {
        timeout: 8000,
      })
      .toBe(422);
    const second = await place({ key: 'again' });
    await harness.pool.query(
      `update catalogue.products set prices_minor = '{"USD": 1200}' where sku = 'cup-1'`,
    );
    expect([second.status, second.body]).toEqual([202, first.body]);
    await expect
      .poll(async () => (await call('POST', '/v1/quotes', { body: { lines: goodOrder.lines } })).status, {
        timeout: 8000,
      })
      .toBe(200);
  });

  test.each([
    ['lines', { lines: [{ sku: 'tea-1', quantity: 2 }] }],
    ['a quantity', { lines: [goodOrder.lines[0], { sku: 'cup-1', quantity: 2 }] }],
    ['the token', { paymentToken: 'tok_other' }],
    ['the address', { shipTo: { country: 'US', postalCode: '10001' } }],
  ])('again with the key but another body (%s) is refused', async (_what, change) => {
    await place({ key: 'reused' });
    const { status, body } = await place({ key: 'reused', body: { ...goodOrder, ...change } });
    expect(status).toBe(422);
    expect(body).toMatchObject({ code: 'idempotency-key-reused', errors: [{ field: 'Idempotency-Key' }] });
    expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
  });

  test('the key is the user’s own', async () => {
    const [mine, theirs] = await Promise.all([place({ key: 'k' }), place({ key: 'k', as: 'bert' })]);
    expect(mine.body.orderId).not.toBe(theirs.body.orderId);
  });

  test('waits for the outcome when the client prefers to', async () => {
    const waiting = place({ key: 'waits', headers: { prefer: 'wait=20' } });
    const orderId = await expect
      .poll(
        async () =>
          (await harness.pool.query('select stream_id from orders.events')).rows[0]?.stream_id as string,
      )
      .toBeTruthy()
      .then(
        async () =>
          (await harness.pool.query('select stream_id from orders.events')).rows[0].stream_id as string,
      );
    await carryOut(orderId, 'stock', 'fraud', 'paid');
    const { status, headers, body } = await waiting;
    expect(status).toBe(200);
    expect(headers.get('preference-applied')).toBe('wait=20');
    expect(orderResource.parse(body)).toMatchObject({ orderId, status: 'paid' });
    expect(JSON.stringify(body)).not.toContain('tok_approve');
    const repeated = await place({ key: 'waits', headers: { prefer: 'wait=20' } });
    expect(repeated).toMatchObject({ status: 200, body });
  });

  test('answers 202 when the outcome does not come in time', async () => {
    const { status, headers, body } = await place({ headers: { prefer: 'wait=1' } });
    expect(status).toBe(202);
    expect(headers.get('preference-applied')).toBe('wait=1');
    expect(body).toMatchObject({ status: 'accepted' });
  });

  test('is refused early while the platform is behind', async () => {
    harness.setBacklog({ oldestOutboxMs: 5000, openOrders: 0 });
    const { status, headers, body } = await place();
    harness.setBacklog({ oldestOutboxMs: 0, openOrders: 0 });
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('2');
    expect(body).toMatchObject({ code: 'overloaded' });
    expect(await harness.countRows()).toMatchObject({ 'orders.events': 0 });
  });
});

describe('a bad order is refused with its field, and nothing is written', () => {
  const line = (change: object) => ({ ...goodOrder, lines: [{ sku: 'tea-1', quantity: 1, ...change }] });
  const text = JSON.stringify(goodOrder);
  test.each<[string, Options & { key?: string }, number, string, string | undefined]>([
    ['malformed JSON', { text: '{"lines":[' }, 400, 'json-malformed', undefined],
    ['no body', { text: '' }, 400, 'json-malformed', undefined],
    [
      'another content type',
      { headers: { 'content-type': 'text/xml' } },
      415,
      'content-type-unsupported',
      undefined,
    ],
    ['a quantity of 0', { body: line({ quantity: 0 }) }, 422, 'request-invalid', 'lines[0].quantity'],
    ['a quantity of -1', { body: line({ quantity: -1 }) }, 422, 'request-invalid', 'lines[0].quantity'],
    ['a quantity of 1.5', { body: line({ quantity: 1.5 }) }, 422, 'request-invalid', 'lines[0].quantity'],
    [
      'a quantity of a billion',
      { body: line({ quantity: 1e9 }) },
      422,
      'request-invalid',
      'lines[0].quantity',
    ],
    [
      'an endless quantity',
      { text: text.replace('"quantity":2', '"quantity":1e999') },
      422,
      'request-invalid',
      'lines[0].quantity',
    ],
    ['a quantity as text', { body: line({ quantity: '1' }) }, 422, 'request-invalid', 'lines[0].quantity'],
    [
      'an unknown SKU',
      { body: { ...goodOrder, lines: [goodOrder.lines[0], { sku: 'none', quantity: 1 }] } },
      422,
      'sku-unknown',
      'lines[1].sku',
    ],
    ['a SKU not sold here', { body: line({ sku: 'eur-1' }) }, 422, 'sku-unknown', 'lines[0].sku'],
    ['a SKU that is none', { body: line({ sku: '../etc' }) }, 422, 'request-invalid', 'lines[0].sku'],
    ['a control character', { body: line({ sku: 'tea-1\u0000' }) }, 422, 'text-invalid', 'lines[0].sku'],
    [
      'a lone surrogate',
      { text: text.replace('94103', '\\ud800') },
      422,
      'text-invalid',
      'shipTo.postalCode',
    ],
    ['no lines', { body: { ...goodOrder, lines: [] } }, 422, 'request-invalid', 'lines'],
    ['neither lines nor cart', { body: { ...goodOrder, lines: undefined } }, 422, 'request-invalid', 'lines'],
    ['both lines and cart', { body: { ...goodOrder, fromCart: true } }, 422, 'request-invalid', 'lines'],
    [
      'an empty cart',
      { body: { ...goodOrder, lines: undefined, fromCart: true } },
      422,
      'cart-empty',
      'fromCart',
    ],
    [
      '101 lines',
      { body: { ...goodOrder, lines: Array.from({ length: 101 }, () => goodOrder.lines[0]) } },
      422,
      'request-invalid',
      'lines',
    ],
    [
      '10,000 lines',
      { body: { ...goodOrder, lines: Array.from({ length: 10_000 }, () => goodOrder.lines[0]) } },
      413,
      'body-too-large',
      undefined,
    ],
    [
      'an overflowing amount',
      { body: line({ sku: 'gold-1', quantity: 1000 }) },
      422,
      'amount-overflow',
      'lines',
    ],
    ['another currency', { body: { ...goodOrder, currency: 'EUR' } }, 422, 'currency-wrong', 'currency'],
    [
      'a currency on a line',
      { body: line({ currency: 'EUR' }) },
      422,
      'request-invalid',
      'lines[0].currency',
    ],
    [
      'a price of their own',
      { body: line({ unitPriceMinor: 1 }) },
      422,
      'request-invalid',
      'lines[0].unitPriceMinor',
    ],
    [
      'a repeated key',
      { text: text.replace('"quantity":2', '"quantity":2,"quantity":3') },
      422,
      'key-repeated',
      'quantity',
    ],
    [
      '__proto__',
      { text: text.replace('{"lines"', '{"__proto__":{},"lines"') },
      422,
      'key-forbidden',
      '__proto__',
    ],
    ['no token', { body: { ...goodOrder, paymentToken: '' } }, 422, 'request-invalid', 'paymentToken'],
    [
      'no country',
      { body: { ...goodOrder, shipTo: { country: 'USA', postalCode: '1' } } },
      422,
      'request-invalid',
      'shipTo.country',
    ],
    ['a long key', { key: 'x'.repeat(300) }, 422, 'request-invalid', 'Idempotency-Key'],
    ['a key with a space', { key: 'a b' }, 422, 'request-invalid', 'Idempotency-Key'],
    ['another region’s user', { as: 'wendy' }, 421, 'wrong-region', undefined],
    ['a user who is not known', { headers: { authorization: 'Bearer x' } }, 401, 'token-invalid', undefined],
  ])('%s', async (_what, options, status, code, field) => {
    const { status: answered, headers, body } = await place(options);
    expect({ status: answered, body }).toMatchObject({ status, body: { status, code } });
    expect(headers.get('content-type')).toBe('application/problem+json');
    if (field !== undefined) expect(body).toMatchObject({ errors: [{ field }] });
    const rows = await harness.countRows();
    expect([rows['orders.events'], rows['orders.outbox'], rows['orders.sagas']]).toEqual([0, 0, 0]);
    expect(harness.logged).toEqual([]);
  });

  test('no key', async () => {
    const { status, body } = await call('POST', '/v1/orders', { body: goodOrder });
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'header-missing', errors: [{ in: 'header', field: 'Idempotency-Key' }] },
    });
  });
});

describe('an order', () => {
  test('is shown from its stream, with an entity tag', async () => {
    const { orderId } = await placed();
    const path = `/v1/orders/${orderId}`;
    const { status, headers, body } = await call('GET', path);
    expect([status, headers.get('etag')]).toEqual([200, '"v1"']);
    expect(orderResource.parse(body)).toMatchObject({
      status: 'placed',
      version: 1,
      lines: [{ sku: 'tea-1' }, {}],
    });
    expect((await call('GET', path, { headers: { 'if-none-match': '"v1"' } })).status).toBe(304);
    await carryOut(orderId, 'stock');
    expect(await call('GET', path, { headers: { 'if-none-match': '"v1"' } })).toMatchObject({
      status: 200,
      body: { version: 2, steps: [{ type: 'OrderPlaced' }, { type: 'OrderStockReserved' }] },
    });
  });

  test('of another user is not there, to read or to cancel', async () => {
    const { orderId } = await placed();
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/events'],
      ['POST', '/cancel'],
    ] as const) {
      const { status, body } = await call(method, `/v1/orders/${orderId}${path}`, { as: 'bert' });
      expect({ status, body }).toMatchObject({ status: 404, body: { code: 'order-unknown' } });
    }
    expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
  });

  test.each(['x', 'ord_use_', 'ord_xxx_0123456789abcdefghjkmnpqrs', 'ord_use_0123456789abcdefghjkmnpqr%00'])(
    'with the id %s is refused',
    async (id) => {
      expect(await call('GET', `/v1/orders/${id}`)).toMatchObject({
        status: 422,
        body: { errors: [{ in: 'path', field: 'orderId' }] },
      });
    },
  );

  test('can be cancelled until it is shipped, more than once', async () => {
    const { orderId } = await placed();
    await carryOut(orderId, 'stock', 'fraud', 'paid');
    const path = `/v1/orders/${orderId}/cancel`;
    const answers = await Promise.all(
      [1, 2, 3].map(() => call('POST', path, { body: { reason: 'too late' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers[0]!.body).toMatchObject({ status: 'cancelled', refundDueMinor: expect.any(Number) });
    const types = (await call('GET', `/v1/orders/${orderId}`)).body as OrderResource;
    expect(types.steps.filter(({ type }) => type === 'OrderCancelled')).toHaveLength(1);
  });

  test('cannot be cancelled when it is shipped', async () => {
    const { orderId } = await placed();
    await carryOut(orderId, 'stock', 'fraud', 'paid', 'shipped');
    const { status, body } = await call('POST', `/v1/orders/${orderId}/cancel`);
    expect({ status, body }).toMatchObject({ status: 409, body: { code: 'order-shipped' } });
  });
});

test('the history is listed page by page, and a cursor is good for its user only', async () => {
  const orders = Array.from({ length: 5 }, (_, index) => ({
    orderId: `ord_use_${String(index).padStart(26, '0')}`,
    userId: anna,
    events: [
      {
        version: 1,
        type: 'OrderPlaced',
        at: `2026-03-01T12:00:0${index}.000Z`,
        data: { currency: 'USD', totalMinor: 100 + index, lines: [{ sku: 'tea-1', quantity: 1 }] },
      },
    ],
  }));
  await harness.shared.orderHistory.apply(orders);
  const seen: string[] = [];
  let cursor = '';
  let first = '';
  for (let page = 0; page < 3; page += 1) {
    const { status, body } = await call('GET', `/v1/orders?limit=2${cursor}`);
    expect(status).toBe(200);
    seen.push(...body.items.map((item: { orderId: string }) => item.orderId));
    cursor = `&cursor=${body.nextCursor}`;
    first ||= cursor;
  }
  expect(seen).toEqual(orders.map(({ orderId }) => orderId).toReversed());
  expect(await call('GET', `/v1/orders?limit=2${first}`, { as: 'bert' })).toMatchObject({
    status: 422,
    body: { code: 'cursor-invalid', errors: [{ in: 'query', field: 'cursor' }] },
  });
  for (const query of ['limit=0', 'limit=101', 'limit=x', 'limit=1e9', 'page=2'])
    expect(await call('GET', `/v1/orders?${query}`)).toMatchObject({ status: 422 });
});

describe('the cart', () => {
  const item = (sku: string, quantity: unknown, headers = {}) =>
    call('PUT', `/v1/cart/items/${sku}`, { body: { quantity }, headers });

  test('is filled, changed and emptied, guarded by its version', async () => {
    expect(await call('GET', '/v1/cart')).toMatchObject({ status: 200, body: { version: 0, lines: [] } });
    const { headers, body } = await item('tea-1', 2);
    expect(body).toEqual({ version: 1, lines: [{ sku: 'tea-1', quantity: 2 }] });
    const tag = headers.get('etag') ?? '';
    expect((await call('GET', '/v1/cart', { headers: { 'if-none-match': tag } })).status).toBe(304);
    expect((await item('cup-1', 1, { 'if-match': tag })).status).toBe(200);
    expect(await item('cup-1', 3, { 'if-match': tag })).toMatchObject({
      status: 412,
      body: { code: 'version-mismatch', errors: [{ field: 'If-Match' }] },
    });
    expect((await item('cup-1', 3, { 'if-match': 'nonsense' })).status).toBe(412);
    const removed = await call('DELETE', '/v1/cart/items/tea-1');
    expect(removed.body).toEqual({ version: 3, lines: [{ sku: 'cup-1', quantity: 1 }] });
    expect((await call('GET', '/v1/cart', { as: 'bert' })).body).toMatchObject({ lines: [] });
  });

  test.each([0, -1, 1.5, 1e9, '1', null])('takes no quantity of %s', async (quantity) => {
    expect(await item('tea-1', quantity)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'quantity' }] },
    });
    expect(await harness.countRows()).toMatchObject({ 'users.carts': 0 });
  });

  test.each(['none', '%00', 'a%20b', 'x'.repeat(65)])('takes no SKU %s', async (sku) => {
    expect(await item(sku, 1)).toMatchObject({
      status: 422,
      body: { errors: [{ in: 'path', field: 'sku' }] },
    });
  });

  test('becomes an order, and a repeated request finds it although the cart is empty', async () => {
    await item('tea-1', 2);
    const body = { ...goodOrder, lines: undefined, fromCart: true };
    const first = await place({ key: 'cart', body });
    const second = await place({ key: 'cart', body });
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body).toEqual(first.body);
    expect((await call('GET', '/v1/cart')).body).toMatchObject({ lines: [] });
    expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
  });
});

describe('operators', () => {
  test('see what is parked and decide about it; others may not', async () => {
    const { orderId } = await placed();
    await carryOut(orderId, 'stock');
    const review = { type: 'RecordFraudReview', orderId, at: new Date().toISOString() } as const;
    await decideAll(harness.shared.orders, orderStream, [{ command: review }], harness.partitions);
    const parked = '/v1/operations/parked-orders';
    const decision = `/v1/operations/orders/${orderId}/fraud-decision`;
    const clear = { body: { decision: 'clear' } };
    expect((await call('GET', parked)).status).toBe(403);
    expect((await call('POST', decision, clear)).status).toBe(403);
    expect(await call('GET', parked, { as: 'olga' })).toMatchObject({
      body: { items: [{ orderId, parkedReason: 'fraud-review' }] },
    });
    expect(await call('POST', decision, { as: 'olga', body: { decision: 'maybe' } })).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'decision' }] },
    });
    expect(await call('POST', decision, { as: 'olga', ...clear })).toMatchObject({
      status: 200,
      body: { status: 'confirmed' },
    });
    expect((await call('GET', parked, { as: 'olga' })).body).toEqual({ items: [] });
  });
});

describe('the event stream', () => {
  const read = async (orderId: string, headers = {}) => {
    const response = await harness.app.request(`/v1/orders/${orderId}/events`, {
      headers: { authorization: `Bearer ${tokens['anna']}`, ...headers },
    });
    return { response, reader: response.body?.pipeThrough(new TextDecoderStream()).getReader() };
  };
  const ids = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

  test('tells what was and what comes, and ends with the order', async () => {
    const { orderId } = await placed();
    await carryOut(orderId, 'stock');
    const { response, reader } = await read(orderId);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const until = async (count: number) => {
      while (ids(text).length < count) text += (await reader!.read()).value ?? '';
    };
    await until(2);
    await call('POST', `/v1/orders/${orderId}/cancel`);
    await until(3);
    expect(ids(text)).toEqual([1, 2, 3]);
    expect(text).toContain('event: OrderCancelled');
    expect(text).not.toContain('tok_approve');
    expect((await reader!.read()).done).toBe(true);
  });

  test('goes on after the last event that the client has, and says when nothing will come', async () => {
    const { orderId } = await placed();
    await call('POST', `/v1/orders/${orderId}/cancel`);
    const { reader } = await read(orderId, { 'last-event-id': '1' });
    let text = '';
    for (let part = await reader!.read(); !part.done; part = await reader!.read()) text += part.value;
    expect(ids(text)).toEqual([2]);
    expect((await read(orderId, { 'last-event-id': '2' })).response.status).toBe(204);
  });
});
