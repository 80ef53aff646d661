import type { StockCommand, StockDecision } from '../../domain/inventory/inventory.ts';
import type { StockRow } from '../../domain/inventory/allocation.ts';

export type PlacedStockCommand = {
  /** Of the order, or of the SKU for a receipt. */
  readonly bucket: number;
  readonly command: StockCommand;
};

/** The stock inside a transaction. `reservations(bucket, order_id)` and `receipts` are its own inbox. */
export interface StockRepository {
  /**
   * Locks the rows of all the SKUs concerned in one order, decides in memory, and writes back: a constant number of
   * statements whatever the size of the batch. One decision a command, in their order.
   */
  decideAll(commands: readonly PlacedStockCommand[]): Promise<readonly StockDecision[]>;
}

/** The stock as it can be read without a lock. */
export interface StockLevels {
  /** All warehouses of these SKUs; a SKU that no warehouse ever had is absent. */
  levels(skus: readonly string[]): Promise<readonly StockRow[]>;
  /** The warehouses in order of preference for orders of this process's region. */
  warehouses(): Promise<readonly string[]>;
  /** Orders whose units are held since before `before`, in pages: by bucket and id, after the one given. */
  heldSince(before: Date, limit: number, after?: HeldReservation): Promise<readonly HeldReservation[]>;
}

export type HeldReservation = { readonly bucket: number; readonly orderId: string; readonly heldAt: Date };
