import { z } from 'zod';
import { instant, name, region } from './event-parts.ts';

/** The data of every event on `cache-invalidation-events`, by type; `origin` is the region where the data changed. */
export const cacheEvents = {
  CacheInvalidated: z.object({ keys: z.array(name).min(1).readonly(), origin: region, at: instant }),
};
