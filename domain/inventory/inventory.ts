import { type Decision, accept, reject } from '../decider.ts';
import {
  type Allocation,
  type OrderLine,
  type StockRow,
  allocate,
  missingSkus,
  rowKey,
} from './allocation.ts';

/** What one order did to the stock; `refused` and an empty `released` stay, so that late repeats change nothing. */
export type Reservation = {
  readonly orderId: string;
  readonly status: 'held' | 'committed' | 'released' | 'refused' | 'returned';
  readonly allocations: readonly Allocation[];
};

/** Units that came in. */
export type Receipt = Allocation & { readonly receiptId: string };

/** The rows that a batch may touch, the reservations of its orders, and those of its receipts already booked. */
export type Stock = {
  readonly rows: readonly StockRow[];
  readonly reservations: readonly Reservation[];
  readonly receipts: readonly Receipt[];
};

export type StockCommand =
  | {
      readonly type: 'ReserveStock';
      readonly orderId: string;
      readonly lines: readonly OrderLine[];
      readonly warehouseIds: readonly string[];
    }
  | { readonly type: 'CommitStock' | 'ReleaseStock' | 'ReturnStock'; readonly orderId: string }
  | ({ readonly type: 'ReceiveStock' } & Receipt);

export type StockEvent =
  | {
      readonly type: 'StockReserved' | 'StockCommitted' | 'StockReleased' | 'StockReturned';
      readonly orderId: string;
      readonly allocations: readonly Allocation[];
    }
  | { readonly type: 'StockRefused'; readonly orderId: string; readonly missingSkus: readonly string[] }
  | ({ readonly type: 'StockReceived' } & Receipt);

export type StockRejection =
  | 'quantity-invalid'
  | 'receipt-reused'
  | 'not-reserved'
  | 'not-committed'
  | 'already-committed'
  | 'already-released';
export type StockDecision = Decision<StockEvent, StockRejection>;

type Draft = {
  readonly rows: Map<string, StockRow>;
  readonly reservations: Map<string, Reservation>;
  readonly receipts: Map<string, Receipt>;
};

/** Decides a batch in sequence, each command on what the ones before it left; one decision a command. */
export function decideStock(
  commands: readonly StockCommand[],
  stock: Stock,
): { readonly stock: Stock; readonly decisions: readonly StockDecision[] } {
  const draft: Draft = {
    rows: new Map(stock.rows.map((row) => [rowKey(row), row])),
    reservations: new Map(stock.reservations.map((reservation) => [reservation.orderId, reservation])),
    receipts: new Map(stock.receipts.map((receipt) => [receipt.receiptId, receipt])),
  };
  const decisions = commands.map((command) => {
    const decision = decideOne(command, draft);
    if (decision.accepted) for (const event of decision.events) apply(event, draft);
    return decision;
  });
  return {
    stock: {
      rows: [...draft.rows.values()],
      reservations: [...draft.reservations.values()],
      receipts: [...draft.receipts.values()],
    },
    decisions,
  };
}

function decideOne(command: StockCommand, draft: Draft): StockDecision {
  const reservation = 'orderId' in command ? draft.reservations.get(command.orderId) : undefined;
  switch (command.type) {
    case 'ReceiveStock': {
      const booked = draft.receipts.get(command.receiptId);
      if (booked) return isSame(booked, command) ? accept() : reject('receipt-reused');
      const onHand = draft.rows.get(rowKey(command))?.onHand ?? 0;
      if (!isQuantity(command.quantity) || !Number.isSafeInteger(onHand + command.quantity))
        return reject('quantity-invalid');
      return accept({ ...command, type: 'StockReceived' });
    }
    case 'ReserveStock': {
      if (reservation) return accept(); // redelivered, or cancelled before the reservation arrived
      const { orderId, lines, warehouseIds } = command;
      if (lines.length === 0 || !lines.every((line) => isQuantity(line.quantity)))
        return reject('quantity-invalid');
      const allocations = allocate(lines, warehouseIds, draft.rows);
      return allocations
        ? accept({ type: 'StockReserved', orderId, allocations })
        : accept({
            type: 'StockRefused',
            orderId,
            missingSkus: missingSkus(lines, warehouseIds, draft.rows),
          });
    }
    case 'CommitStock':
      if (reservation?.status === 'committed' || reservation?.status === 'returned') return accept();
      if (reservation?.status === 'released') return reject('already-released');
      if (reservation?.status !== 'held') return reject('not-reserved');
      return accept({
        type: 'StockCommitted',
        orderId: command.orderId,
        allocations: reservation.allocations,
      });
    case 'ReleaseStock':
      if (reservation?.status === 'released' || reservation?.status === 'refused') return accept();
      // the goods have left the books: they come back by ReturnStock
      if (reservation?.status === 'committed' || reservation?.status === 'returned')
        return reject('already-committed');
      return accept({
        type: 'StockReleased',
        orderId: command.orderId,
        allocations: reservation?.allocations ?? [],
      });
    case 'ReturnStock':
      if (reservation?.status === 'returned') return accept();
      if (reservation?.status !== 'committed') return reject('not-committed');
      return accept({
        type: 'StockReturned',
        orderId: command.orderId,
        allocations: reservation.allocations,
      });
    default:
      return command satisfies never;
  }
}

function apply(event: StockEvent, draft: Draft): void {
  switch (event.type) {
    case 'StockReserved':
      for (const allocation of event.allocations) move(draft, allocation, 0, allocation.quantity);
      return settle(draft, event.orderId, 'held', event.allocations);
    case 'StockCommitted':
      for (const allocation of event.allocations)
        move(draft, allocation, -allocation.quantity, -allocation.quantity);
      return settle(draft, event.orderId, 'committed', event.allocations);
    case 'StockReleased':
      for (const allocation of event.allocations) move(draft, allocation, 0, -allocation.quantity);
      return settle(draft, event.orderId, 'released', event.allocations);
    case 'StockReturned':
      for (const allocation of event.allocations) move(draft, allocation, allocation.quantity, 0);
      return settle(draft, event.orderId, 'returned', event.allocations);
    case 'StockRefused':
      return settle(draft, event.orderId, 'refused', []);
    case 'StockReceived': {
      const { receiptId, warehouseId, sku, quantity } = event;
      draft.receipts.set(receiptId, { receiptId, warehouseId, sku, quantity });
      return move(draft, event, quantity, 0);
    }
  }
}

function settle(
  draft: Draft,
  orderId: string,
  status: Reservation['status'],
  allocations: readonly Allocation[],
): void {
  draft.reservations.set(orderId, { orderId, status, allocations });
}

function move(draft: Draft, at: Allocation, onHandDelta: number, reservedDelta: number): void {
  const row = draft.rows.get(rowKey(at));
  draft.rows.set(rowKey(at), {
    warehouseId: at.warehouseId,
    sku: at.sku,
    onHand: (row?.onHand ?? 0) + onHandDelta,
    reserved: (row?.reserved ?? 0) + reservedDelta,
  });
}

function isSame(booked: Receipt, given: Receipt): boolean {
  const { warehouseId, sku, quantity } = given;
  return booked.warehouseId === warehouseId && booked.sku === sku && booked.quantity === quantity;
}

function isQuantity(quantity: number): boolean {
  return Number.isSafeInteger(quantity) && quantity > 0;
}
