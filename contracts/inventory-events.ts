import { z } from 'zod';
import { aboutOrder, instant, name, quantity } from './event-parts.ts';

const line = z.object({ sku: name, warehouseId: name, quantity }).readonly();
const lines = z.array(line).readonly();

/** The data of every event on `inventory-events`, by type. */
export const inventoryEvents = {
  StockReserved: z.object({ ...aboutOrder, lines }),
  StockRefused: z.object({ ...aboutOrder, missingSkus: z.array(name).readonly() }),
  StockReleased: z.object({ ...aboutOrder, lines }),
  StockAdjusted: z.object({
    sku: name,
    warehouseId: name,
    onHand: z.int().nonnegative(),
    reserved: z.int().nonnegative(),
    at: instant,
  }),
};
