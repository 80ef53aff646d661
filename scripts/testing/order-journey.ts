import { orderResource } from '../../contracts/http/orders.ts';
import type { OrderCommand } from '../../domain/order/order-commands.ts';
import { sampleCommands } from '../../domain/order/order-samples.ts';
import { decideAll } from '../../platform/decide-all.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import type { GatewayHarness } from './gateway-harness.ts';

export type OrderStep = 'stock' | 'review' | 'fraud' | 'paid' | 'shipped' | 'delivered';

export const goodOrder = {
  lines: [
    { sku: 'tea-1', quantity: 2 },
    { sku: 'cup-1', quantity: 1 },
  ],
  paymentToken: 'tok_approve',
  shipTo: { country: 'US', postalCode: '94103' },
};

export async function addProducts({ pool }: GatewayHarness): Promise<void> {
  await pool.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams) values
     ('tea-1', 'Tea', 'tea', '{"USD": 450, "EUR": 400}', 100), ('cup-1', 'Cup', 'kitchen', '{"USD": 1200}', 300),
     ('old-1', 'Old', 'tea', '{"USD": 100}', 1), ('eur-1', 'Only there', 'tea', '{"EUR": 100}', 1),
     ('gold-1', 'Gold', 'metal', '{"USD": 9007199254740000}', 1)`,
  );
}

/** Five products, every other one green. */
export async function addTeas({ pool }: GatewayHarness): Promise<void> {
  await pool.query(
    `insert into catalogue.products (sku, name, category, prices_minor, unit_grams)
     select 'tea-' || n, 'Tea ' || n, case when n % 2 = 0 then 'green' else 'black' end, '{"USD": 450}', 100
     from generate_series(1, 5) n`,
  );
}

/** For `decideOrders`: an order of this user from its beginning until it is paid. */
export function untilPaid(userId: string): readonly OrderCommand[] {
  const { PlaceOrder, RecordStockReserved, RecordFraudCleared, RecordPaymentCaptured } = sampleCommands;
  return [{ ...PlaceOrder, userId }, RecordStockReserved, RecordFraudCleared, RecordPaymentCaptured];
}

/** What the workers would do with a placed order. */
export async function carryOut(
  harness: GatewayHarness,
  orderId: string,
  ...steps: readonly OrderStep[]
): Promise<void> {
  const at = new Date().toISOString();
  const { body } = await harness.call('GET', `/v1/orders/${orderId}`, { as: 'olga' });
  const { totalMinor: amountMinor } = orderResource.parse(body);
  const commands: Record<OrderStep, OrderCommand> = {
    stock: { type: 'RecordStockReserved', orderId, at },
    review: { type: 'RecordFraudReview', orderId, at },
    fraud: { type: 'RecordFraudCleared', orderId, at },
    paid: { type: 'RecordPaymentCaptured', orderId, at, paymentId: 'ch_1', amountMinor },
    shipped: { type: 'ShipOrder', orderId, at, shipmentId: 'shp_1', carrier: 'ups', trackingCode: '1Z' },
    delivered: { type: 'DeliverOrder', orderId, at, shipmentId: 'shp_1' },
  };
  await decideOrders(
    harness,
    orderId,
    steps.map((step) => commands[step]),
  );
}

/** Has an order decide over commands, one after the other. @throws where it refuses one */
export async function decideOrders(
  { shared, partitions }: GatewayHarness,
  orderId: string,
  commands: readonly OrderCommand[],
): Promise<void> {
  const requests = commands.map((command) => ({ command: { ...command, orderId } }));
  const outcomes = await decideAll(shared.orders, orderStream, requests, partitions);
  const refused = outcomes.findIndex(({ accepted }) => !accepted);
  if (refused >= 0) throw new Error(`the order did not take ${commands[refused]!.type}`);
}
