import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { orderResource } from '../contracts/http/orders.ts';
import { orderIdOf } from '../domain/ids.ts';
import type { OrderCommand } from '../domain/order/order-commands.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import { decideAll } from '../platform/decide-all.ts';
import { shipmentStream } from '../platform/streams/shipment-stream.ts';
import {
  people,
  type CallOptions,
  startGateways,
  type GatewayHarness,
} from '../scripts/testing/gateway-harness.ts';
import { decideOrders, untilPaid } from '../scripts/testing/order-journey.ts';

let harness: GatewayHarness;
const anna = people.anna.userId;
const orderId = orderIdOf(anna, 'one');
const at = '2026-03-01T12:00:00.000Z';

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const call = (method: string, path: string, options?: CallOptions) => harness.call(method, path, options);
const carryOut = (...commands: readonly OrderCommand[]) => decideOrders(harness, orderId, commands);

const { ShipOrder } = sampleCommands;
const paid = untilPaid(anna);

const path = `/v1/shipments/${orderId}`;
const report = (type: string, options: { shipmentId?: string; as?: string } = {}) =>
  call('POST', `${path}/carrier-events`, {
    as: options.as ?? 'carl',
    body: { type, shipmentId: options.shipmentId ?? 'shp_1', at },
  });
const book = () =>
  decideAll(
    harness.shared.shipments,
    shipmentStream,
    [{ command: { type: 'BookShipment', orderId, at, shipmentId: 'shp_1', carrier: 'ups' } }],
    harness.partitions,
  );
const statusOfOrder = async () =>
  orderResource.parse((await call('GET', `/v1/orders/${orderId}`, { as: 'anna' })).body).status;

test('follow the carrier’s reports, repeated ones too, and move the order', async () => {
  await carryOut(...paid, ShipOrder);
  await book();
  for (const type of ['picked-up', 'picked-up', 'delivered', 'delivered', 'picked-up'])
    expect((await report(type)).status).toBe(204);
  expect(await statusOfOrder()).toBe('delivered');
  expect((await call('GET', path, { as: 'anna' })).body).toEqual({
    orderId,
    status: 'delivered',
    shipmentId: 'shp_1',
    carrier: 'ups',
    trackingCode: '1Z',
  });
  expect((await report('returned')).status).toBe(204);
  expect(await statusOfOrder()).toBe('returned');
  const { rows } = await harness.pool.query('select count(*)::int from shipping.events');
  expect(rows).toEqual([{ count: 4 }]);
});

test('a report before its time is refused for now, and taken later', async () => {
  await carryOut(...paid);
  expect(await report('delivered')).toMatchObject({ status: 404, body: { code: 'shipment-unknown' } });
  await book();
  const early = await report('delivered');
  expect(early).toMatchObject({ status: 409, body: { code: 'order-not-shipped' } });
  expect(early.headers.get('retry-after')).toBe('5');
  await carryOut(ShipOrder);
  expect((await report('delivered')).status).toBe(204);
  expect(await statusOfOrder()).toBe('delivered');
});

test('a report of another parcel, of nonsense or by a customer is refused', async () => {
  await carryOut(...paid, ShipOrder);
  await book();
  expect(await report('delivered', { shipmentId: 'shp_2' })).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'shipmentId' }] },
  });
  expect(await report('lost')).toMatchObject({ status: 422, body: { errors: [{ field: 'type' }] } });
  expect((await report('delivered', { as: 'anna' })).status).toBe(403);
  expect((await call('GET', path, { as: 'bert' })).status).toBe(404);
  expect(await statusOfOrder()).toBe('shipped');
});
