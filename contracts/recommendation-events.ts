import { z } from 'zod';
import { instant, name } from './event-parts.ts';

const neighbour = z.object({ sku: name, count: z.int().positive() }).readonly();

/** The data of every event on `recommendation-events`, by type: what was bought together with `sku`. */
export const recommendationEvents = {
  CopurchasesLearned: z.object({ sku: name, boughtWith: z.array(neighbour).readonly(), at: instant }),
};
