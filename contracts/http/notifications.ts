import { z } from 'zod';
import { instant, orderId } from '../event-parts.ts';

/** A mail about a step of an order: its address and its text are not told. */
export const notification = z.object({
  orderId,
  step: z.string(),
  channel: z.literal('email'),
  status: z.enum(['sent', 'failed']),
  at: instant,
});
