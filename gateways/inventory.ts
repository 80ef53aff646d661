import { receipt, receiptRequest, stockLevels } from '../contracts/http/inventory.ts';
import { skuParams } from '../contracts/http/parts.ts';
import { topics } from '../contracts/topics.ts';
import { bucketOf } from '../domain/ids.ts';
import type { Receipt } from '../domain/inventory/inventory.ts';
import { defineGateway, type GatewayApp, type GatewayContext } from '../platform/gateway.ts';
import { answer, invalid, notFound, problem } from '../platform/http/answer.ts';
import { oneAtATime } from '../platform/http/one-at-a-time.ts';
import type { PlacedMessage } from '../platform/ports/transactions.ts';

const needs = ['stockLevels', 'stock', 'catalogue'] as const;
type InventoryContext = GatewayContext<(typeof needs)[number]>;

export const inventory = defineGateway({
  name: 'inventory',
  service: 'inventory',
  needs,
  scale: { min: 12, max: 30 },
  routes(app, context) {
    stockRoute(app, context);
    receiptRoute(app, context);
  },
});

function stockRoute(app: GatewayApp, context: InventoryContext): void {
  app.route(
    {
      method: 'get',
      path: '/v1/stock/{sku}',
      summary: 'How many units there are, by warehouse',
      access: 'caller',
      params: skuParams,
      responses: { 200: { description: 'The levels', schema: stockLevels } },
    },
    async ({ params: { sku } }) => {
      const rows = await context.stockLevels.levels([sku]);
      if (rows.length === 0) return notFound('sku-unknown');
      const warehouses = rows.map(({ warehouseId, onHand, reserved }) => ({ warehouseId, onHand, reserved }));
      const available = rows.reduce((sum, { onHand, reserved }) => sum + onHand - reserved, 0);
      return answer(200, { sku, available, warehouses });
    },
  );
}

function receiptRoute(app: GatewayApp, context: InventoryContext): void {
  const { partitions } = context;
  // A receipt reads a second connection while it holds one: several at a time could wait for each other's.
  const alone = oneAtATime();

  const book = (given: Receipt, at: Date, traceparent: string | undefined) =>
    context.transaction('inventory', async (scope) => {
      const bucket = bucketOf(given.sku, partitions);
      const command = { type: 'ReceiveStock' as const, ...given };
      const [decision] = await scope.stock.decideAll([{ bucket, command }]);
      if (!decision?.accepted || decision.events.length === 0) return decision;
      // The SKU's rows are locked until we commit, so that the level before is exact.
      const levels = await context.stockLevels.levels([given.sku]);
      const before = levels.find(({ warehouseId }) => warehouseId === given.warehouseId);
      const message: PlacedMessage = {
        bucket,
        topic: topics.inventoryEvents.name,
        key: given.sku,
        type: 'StockAdjusted',
        eventId: `stock/${given.receiptId}`,
        payload: {
          sku: given.sku,
          warehouseId: given.warehouseId,
          onHand: (before?.onHand ?? 0) + given.quantity,
          reserved: before?.reserved ?? 0,
          at: at.toISOString(),
        },
        occurredAt: at,
        ...(traceparent === undefined ? {} : { traceparent }),
      };
      await scope.outbox([message]);
      return decision;
    });

  app.route(
    {
      method: 'post',
      path: '/v1/stock/receipts',
      summary: 'Book units that came in; a receipt counts once',
      access: { roles: ['operator'] },
      body: receiptRequest,
      responses: {
        200: { description: 'Booked before', schema: receipt },
        201: { description: 'Booked', schema: receipt },
      },
    },
    async ({ body, traceparent }) => {
      const [products, warehouses] = await Promise.all([
        context.catalogue.find([body.sku]),
        context.stockLevels.warehouses(),
      ]);
      if (!products.has(body.sku))
        return invalid('sku-unknown', [{ in: 'body', field: 'sku', message: 'is not in the catalogue' }]);
      if (!warehouses.includes(body.warehouseId))
        return invalid('warehouse-unknown', [{ in: 'body', field: 'warehouseId', message: 'is not known' }]);
      const decision = await alone(() => book(body, context.now(), traceparent));
      if (!decision?.accepted)
        return problem(409, decision?.reason ?? 'stock-refused', 'the stock takes no such receipt');
      const repeated = decision.events.length === 0;
      return answer(repeated ? 200 : 201, { receiptId: body.receiptId, repeated });
    },
  );
}
