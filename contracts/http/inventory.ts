import { z } from 'zod';
import { sku } from './parts.ts';

export const stockLevels = z.object({
  sku,
  available: z.int().nonnegative(),
  warehouses: z.array(
    z.object({
      warehouseId: z.string(),
      onHand: z.int().nonnegative(),
      reserved: z.int().nonnegative(),
    }),
  ),
});

const businessId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/);
export const receiptRequest = z.strictObject({
  receiptId: businessId,
  warehouseId: businessId,
  sku,
  quantity: z.int().min(1).max(1_000_000),
});
/** `repeated`: the receipt had been booked before, and nothing changed. */
export const receipt = z.object({ receiptId: z.string(), repeated: z.boolean() });
