import { z } from 'zod';
import { orderId } from '../event-parts.ts';

export const sku = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
/** Pricing refuses more units of one line. */
export const lineQuantity = z.int().min(1).max(1000);
/** ISO 3166-1 alpha-2. */
export const country = z.string().regex(/^[A-Z]{2}$/);
export const postalCode = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9 -]{0,11}$/);
export const shipTo = z.strictObject({ country, postalCode });
export const reason = z.string().trim().min(1).max(200);

export const orderParams = z.strictObject({ orderId });
export const skuParams = z.strictObject({ sku });

/** The query of a list; the cursor is what an earlier page answered as `nextCursor`. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(600).optional(),
});

export const conditionalHeaders = z.object({ 'If-None-Match': z.string().max(500).optional() });
export const ifMatchHeaders = z.object({ 'If-Match': z.string().max(500).optional() });

export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });
