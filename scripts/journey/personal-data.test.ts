import { expect, test } from 'vitest';
import { shownByMetrics, shownBySpan } from './personal-data.ts';
import type { CollectedSpan } from './trace-collector.ts';

const span = (more: Partial<CollectedSpan>): CollectedSpan => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  name: 'GET /v1/orders/{orderId}',
  attributes: { 'http.response.status_code': '404' },
  events: [],
  service: 'order',
  ...more,
});

test.each([
  [{ name: 'GET /v1/orders/4242424242424242' }, 'a card number'],
  [{ attributes: { 'url.path': '/v1/users/ada@example.com' } }, 'a mail address'],
  [{ attributes: { 'payment.token': 'tok_approve' } }, 'a card token'],
  [{ status: { message: 'Bearer abc' } }, 'a token'],
  [
    { events: [{ name: 'exception', attributes: { 'exception.message': 'to ada@example.com' } }] },
    'a mail address',
  ],
])('a span with %j shows %s', (more, kind) => {
  expect(shownBySpan(span(more))).toEqual([`${span(more).name}: ${kind}`]);
});

test('a span of an order and its mail shows nothing', () => {
  const attributes = { 'messaging.message.id': 'ord_use_abc.OrderShipped@mail.meridian.example' };
  expect(shownBySpan(span({ attributes }))).toEqual([]);
});

test('the text of metrics shows what stands in labels, and numbers are no cards', () => {
  const clean = 'meridian_worker_events_total{worker="reserve-stock"} 1234.5678901234567 1795768659000';
  expect(shownByMetrics(`# HELP x y\n${clean}\n`)).toEqual([]);
  expect(
    shownByMetrics(`${clean}\nx{user="usr_use_1"} 1\nx{card="4242424242424242"} 1\nx{to="a@b.com"} 1`),
  ).toEqual(['an id', 'a card number', 'a mail address']);
});
