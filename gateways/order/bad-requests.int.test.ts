import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { linesBytes } from '../../contracts/http/orders.ts';
import { orderIdOf } from '../../domain/ids.ts';
import { people, startGateways, type GatewayHarness } from '../../scripts/testing/gateway-harness.ts';
import { addProducts, decideOrders, goodOrder, untilPaid } from '../../scripts/testing/order-journey.ts';
import { chunked, headOf, sendRaw } from '../../scripts/testing/raw-request.ts';
import { expectRefused } from '../../scripts/testing/refusal.ts';

let harness: GatewayHarness;
let authorization: string;
const anna = people.anna.userId;
const orderId = orderIdOf(anna, 'one');

beforeAll(async () => {
  harness = await startGateways();
  await addProducts(harness);
  await decideOrders(harness, orderId, untilPaid(anna));
  authorization = `Bearer ${await harness.tokenOf('anna')}`;
}, 180_000);
afterAll(() => harness?.stop(), 60_000);

const good = JSON.stringify(goodOrder);
const sized = (body: string | Buffer) => String(Buffer.byteLength(body));
const without = <Value>(values: Record<string, Value>, name: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));

type Raw = {
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly without?: string;
  readonly path?: string;
  readonly body?: readonly (string | Buffer)[];
  readonly isWhole?: boolean;
};

const sendOrder = ({
  headers,
  without: left = '',
  path = '/v1/orders',
  body = [good],
  isWhole = true,
}: Raw) => {
  const all = {
    host: 'localhost',
    authorization,
    'content-type': 'application/json',
    'content-length': sized(body.map(String).join('')),
    'idempotency-key': 'raw',
    ...headers,
  };
  return sendRaw(harness.url, [headOf(`POST ${path}`, without(all, left)), ...body], { isWhole });
};

const tooLong = JSON.stringify({ ...goodOrder, paymentToken: 'x'.repeat(linesBytes) });
const zipped = gzipSync(good);
const broken = `${good.slice(0, -1)},\n}`;

describe('an order over a socket', () => {
  test.each<[string, Raw, string, string?]>([
    ['that is JSON cut short', { body: ['{"lines":['] }, '400 json-malformed body', 'is not JSON at its end'],
    ['that is no JSON', { body: [broken] }, '400 json-malformed body', 'is not JSON at line 2, column 1'],
    [
      'with a bare control character',
      { body: [good.replace('tea-1', 'tea\u0007')] },
      '400 json-malformed body',
    ],
    ['without a body', { body: [''] }, '400 json-malformed body', 'is not JSON at its end'],
    [
      'of another type',
      { headers: { 'content-type': 'text/xml' } },
      '415 content-type-unsupported Content-Type',
    ],
    ['of no type', { without: 'content-type' }, '415 content-type-unsupported Content-Type'],
    [
      'of another charset',
      { headers: { 'content-type': 'application/json; charset=latin1' } },
      '415 content-type-unsupported Content-Type',
    ],
    [
      'that is packed',
      { headers: { 'content-encoding': 'gzip', 'content-length': sized(zipped) }, body: [zipped] },
      '415 content-encoding-unsupported Content-Encoding',
    ],
    [
      'that is packed and does not say so',
      { headers: { 'content-length': sized(zipped) }, body: [zipped] },
      '400 json-malformed body',
    ],
    [
      'that is too long',
      { body: [tooLong] },
      '413 body-too-large Content-Length',
      `is more than ${linesBytes}`,
    ],
    [
      'that says it is too long, and waits',
      { headers: { 'content-length': String(linesBytes + 1) }, body: [] },
      '413 body-too-large Content-Length',
    ],
    [
      'that is too long and does not say so',
      {
        headers: { 'transfer-encoding': 'chunked' },
        without: 'content-length',
        body: chunked(tooLong, 16_384),
      },
      '413 body-too-large body',
      `has more than ${linesBytes} bytes`,
    ],
    [
      'in pieces, with a quantity of 0',
      {
        headers: { 'transfer-encoding': 'chunked' },
        without: 'content-length',
        body: chunked(good.replace('"quantity":2', '"quantity":0'), 7),
      },
      '422 request-invalid lines[0].quantity',
    ],
    ['without a key', { without: 'idempotency-key' }, '400 header-missing Idempotency-Key', 'is missing'],
    ['with two keys', { headers: { 'idempotency-key': ['a', 'b'] } }, '422 request-invalid Idempotency-Key'],
    [
      'with a key that is no ASCII',
      { headers: { 'idempotency-key': 'é' } },
      '422 request-invalid Idempotency-Key',
    ],
    [
      'with a control character in its key',
      { headers: { 'idempotency-key': 'a\u0001' } },
      '400 request-malformed',
    ],
    ['with a query', { path: '/v1/orders?a=1' }, '422 request-invalid a'],
    ['with a control character in its path', { path: '/v1/orders?a=\u0001' }, '400 request-malformed'],
    ['of two lengths', { headers: { 'transfer-encoding': 'chunked' } }, '400 request-malformed'],
    ['of no length', { headers: { 'content-length': 'many' } }, '400 request-malformed'],
    ['without a host', { without: 'host' }, '400 request-malformed Host'],
    ['for a host that is none', { headers: { host: 'a b' } }, '400 request-malformed Host'],
    ['with 20 KB of headers', { headers: { 'x-much': 'x'.repeat(20_000) } }, '431 headers-too-large'],
    [
      'that breaks off',
      { headers: { 'content-length': sized(good) }, body: [good.slice(0, 20)], isWhole: false },
      '400 request-incomplete',
    ],
    [
      'in pieces that breaks off',
      {
        headers: { 'transfer-encoding': 'chunked' },
        without: 'content-length',
        body: chunked(good, 20).slice(0, 2),
        isWhole: false,
      },
      '400 request-incomplete',
    ],
  ])('%s is refused, and nothing is written', async (_what, raw, expected, message) => {
    const error = await expectRefused(harness, () => sendOrder(raw), expected);
    if (message !== undefined) expect(error).toMatchObject({ message });
  });

  test('that is good is accepted, as these are made of it', async () => {
    expect(await sendOrder({ headers: { 'idempotency-key': 'good' } })).toMatchObject({ status: 202 });
  });
});

describe('an id', () => {
  const badIds = [
    'nothing',
    'ord_',
    `${orderId}x`,
    orderId.toUpperCase(),
    '%00',
    'a%2Fb',
    '%zz',
    'x'.repeat(500),
  ];
  const routes: [method: string, path: (id: string) => string, as: string][] = [
    ['GET', (id) => `/v1/orders/${id}`, 'anna'],
    ['GET', (id) => `/v1/orders/${id}/events`, 'anna'],
    ['POST', (id) => `/v1/orders/${id}/cancel`, 'anna'],
    ['GET', (id) => `/v1/payments/${id}`, 'anna'],
    ['POST', (id) => `/v1/payments/${id}/refund`, 'olga'],
  ];
  test.each(routes.flatMap(([method, path, as]) => badIds.map((id) => [method, path(id), as] as const)))(
    'that is none is refused: %s %s',
    async (method, path, as) => {
      await expectRefused(harness, () => harness.call(method, path, { as }), '422 request-invalid orderId');
    },
  );

  test.each([
    ['GET', `/v1/orders/${orderId}`],
    ['GET', `/v1/orders/${orderId}/events`],
    ['POST', `/v1/orders/${orderId}/cancel`],
    ['GET', `/v1/orders/${orderIdOf(anna, 'none')}`],
    ['POST', `/v1/orders/${orderIdOf(anna, 'none')}/cancel`],
  ])('of an order of another user, or of none, is not found: %s %s', async (method, path) => {
    await expectRefused(harness, () => harness.call(method, path, { as: 'bert' }), '404 order-unknown');
  });
});

const list =
  (cursor: string, path = '/v1/orders') =>
  () =>
    harness.call('GET', `${path}?limit=1&cursor=${cursor}`, { as: 'anna' });

describe('a cursor', () => {
  test('of another list, or of nobody, is refused', async () => {
    const { body } = await harness.call('GET', '/v1/products?limit=1', { as: 'anna' });
    const { nextCursor } = z.object({ nextCursor: z.string() }).parse(body);
    expect(await list(nextCursor, '/v1/products')()).toMatchObject({ status: 200 });
    for (const cursor of [nextCursor, 'nothing', `${nextCursor}=`, 'AAAA', 'x'.repeat(600)])
      await expectRefused(harness, list(cursor), '422 cursor-invalid cursor');
    for (const cursor of ['', '%00', 'x'.repeat(601)])
      await expectRefused(harness, list(cursor), '422 request-invalid cursor');
  });
});
