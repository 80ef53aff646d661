import { z } from 'zod';
import { currency, minorUnits } from '../event-parts.ts';
import { pageQuery, sku } from './parts.ts';

export const product = z.object({
  sku,
  name: z.string(),
  category: z.string(),
  pricesMinor: z.partialRecord(currency, minorUnits),
  unitGrams: z.int(),
});

export const productsQuery = pageQuery.extend({
  category: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 &._-]{0,63}$/)
    .optional(),
});
