import type { Pool } from 'pg';
import type { StockLevels } from '../../platform/ports/stock.ts';
import { translated } from './queryable.ts';

export type StockLevelsSettings = {
  /** Whose orders this process serves. */
  readonly region: string;
  /** How old the list of warehouses may be, in ms: it hardly ever changes, and every batch asks for it. */
  readonly warehousesMaxAgeMs?: number;
};

/** The stock as it can be read without a lock. */
export function createStockLevels(pool: Pool, settings: StockLevelsSettings): StockLevels {
  const { region, warehousesMaxAgeMs = 30_000 } = settings;
  const database = translated(pool);
  let warehouses: readonly string[] = [];
  let readAgainAtMs = 0;
  return {
    async levels(skus) {
      const { rows } = await database.query<{
        warehouseId: string;
        sku: string;
        onHand: string;
        reserved: string;
      }>(
        `select warehouse_id as "warehouseId", sku, on_hand as "onHand", reserved
         from inventory.stock where sku = any ($1::text[]) order by sku, warehouse_id`,
        [skus],
      );
      return rows.map(({ onHand, reserved, ...row }) => ({
        ...row,
        onHand: Number(onHand),
        reserved: Number(reserved),
      }));
    },

    async warehouses() {
      if (warehouses.length > 0 && performance.now() < readAgainAtMs) return warehouses;
      const { rows } = await database.query<{ warehouseId: string }>(
        `select warehouse_id as "warehouseId" from inventory.warehouses
         order by region <> $1, priority, warehouse_id`,
        [region],
      );
      warehouses = rows.map(({ warehouseId }) => warehouseId);
      readAgainAtMs = performance.now() + warehousesMaxAgeMs;
      return warehouses;
    },

    async heldSince(before, limit, after) {
      const { rows } = await database.query<{ bucket: number; orderId: string; heldAt: Date }>(
        `select bucket, order_id as "orderId", reserved_at as "heldAt" from inventory.reservations
         where status = 'held' and reserved_at < $1 and (bucket, order_id) > ($3, $4)
         order by bucket, order_id limit $2`,
        [before, limit, after?.bucket ?? -1, after?.orderId ?? ''],
      );
      return rows;
    },
  };
}
