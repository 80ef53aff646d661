import { topics, type EventsOn } from '../contracts/topics.ts';
import type { StockCommand, StockEvent } from '../domain/inventory/inventory.ts';
import { PermanentError } from '../platform/errors.ts';
import { defineWorker } from '../platform/worker.ts';

/** Holds an order's units while it is decided, lets them go when it ends, and books them out when it is shipped. */
export const reserveStock = defineWorker({
  name: 'reserve-stock',
  service: 'inventory',
  consumes: topics.orderEvents,
  only: ['OrderPlaced', 'OrderRejected', 'OrderCancelled', 'OrderShipped', 'OrderReturned'],
  publishes: [topics.inventoryEvents],
  needs: ['stock', 'stockLevels'],
  scale: { min: 12, max: 30, lagPerReplica: 500 },
  retry: { attempts: 5, firstDelayMs: 200 },
  inbox: 'natural',
  async handle(events, { stock, stockLevels, record }) {
    const warehouseIds = await stockLevels.warehouses();
    const commands = events.map(({ bucket, event }) => ({
      bucket,
      command: commandFor(event, warehouseIds),
    }));
    const decisions = await stock.decideAll(commands);
    for (const [index, decision] of decisions.entries()) {
      const cause = events[index]!;
      if (!decision.accepted)
        throw new PermanentError('stock-refused', `${cause.event.type}: ${decision.reason}`, {
          details: { orderId: cause.event.orderId, reason: decision.reason },
        });
      for (const happened of decision.events) {
        const event = messageOf(happened, cause.event);
        if (event) record({ topic: topics.inventoryEvents.name, event, cause, key: event.orderId });
      }
    }
  },
});

type Cause = Extract<
  EventsOn<typeof topics.orderEvents>,
  { type: 'OrderPlaced' | 'OrderRejected' | 'OrderCancelled' | 'OrderShipped' | 'OrderReturned' }
>;

function commandFor(event: Cause, warehouseIds: readonly string[]): StockCommand {
  const { orderId } = event;
  switch (event.type) {
    case 'OrderPlaced':
      return { type: 'ReserveStock', orderId, lines: event.lines, warehouseIds };
    case 'OrderRejected':
    case 'OrderCancelled':
      return { type: 'ReleaseStock', orderId };
    case 'OrderShipped':
      return { type: 'CommitStock', orderId };
    case 'OrderReturned':
      return { type: 'ReturnStock', orderId };
  }
}

function messageOf(happened: StockEvent, { orderId, userId }: Cause) {
  const about = { orderId, userId, at: new Date().toISOString() };
  switch (happened.type) {
    case 'StockReserved':
    case 'StockReleased':
      return { type: happened.type, ...about, lines: happened.allocations } as const;
    case 'StockRefused':
      return { type: happened.type, ...about, missingSkus: happened.missingSkus } as const;
    case 'StockCommitted':
    case 'StockReturned':
    case 'StockReceived':
      return undefined; // the books alone: nobody waits for it
  }
}
