import { z } from 'zod';
import { currency, instant, minorUnits, name, region } from './event-parts.ts';

/** The data of every event on `analytics-events`, by type; totals are absolute, so that a repeat does not add. */
export const analyticsEvents = {
  SalesAggregated: z.object({
    date: z.iso.date(),
    category: name,
    region,
    currency,
    orders: z.int().nonnegative(),
    totalMinor: minorUnits,
    at: instant,
  }),
};
