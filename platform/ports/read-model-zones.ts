import { z } from 'zod';

/**
 * Which shards of a region's MongoDB keep whose orders: by the home regions' codes in the users' ids. A zone without shards
 * is none: its orders lie where there is room.
 */
export const readModelZones = z.record(
  z.string().regex(/^[a-z]+$/),
  z.strictObject({
    shards: z.array(z.string().min(1)).nonempty(),
    homes: z.array(z.string().regex(/^[a-z]{3}$/)).nonempty(),
  }),
);
export type ReadModelZones = z.infer<typeof readModelZones>;
