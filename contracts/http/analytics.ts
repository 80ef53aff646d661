import { z } from 'zod';
import { currency, minorUnits, region } from '../event-parts.ts';
import { pageQuery } from './parts.ts';

/** Days of one request: a quarter. */
export const mostDays = 92;
const dayMs = 86_400_000;

/** Both days are included; at most 92 of them. */
export const salesQuery = pageQuery
  .extend({
    from: z.iso.date(),
    to: z.iso.date(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  })
  .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must not be before from' })
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < mostDays * dayMs, {
    path: ['to'],
    message: `must be less than ${mostDays} days after from`,
  });

/** Sales of one day, category, home region and currency, in minor units. */
export const salesTotal = z.object({
  date: z.iso.date(),
  category: z.string(),
  region,
  currency,
  orders: z.int().nonnegative(),
  totalMinor: minorUnits,
});
