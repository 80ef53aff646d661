import { z } from 'zod';
import { sku } from './parts.ts';

export const recommendationsQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(20).default(10),
});

/** What others bought together with a product, the most frequent first. How often is nobody's business. */
export const recommendations = z.object({ sku, items: z.array(z.object({ sku })) });
