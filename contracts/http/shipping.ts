import { z } from 'zod';
import { orderId } from '../event-parts.ts';

export const shipmentResource = z.object({
  orderId,
  status: z.enum(['none', 'stopped', 'booked', 'picked-up', 'delivered', 'returned']),
  shipmentId: z.string().optional(),
  carrier: z.string().optional(),
  trackingCode: z.string().optional(),
});

export const carrierEventRequest = z.strictObject({
  type: z.enum(['picked-up', 'delivered', 'returned']),
  shipmentId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/),
  at: z.iso.datetime(),
});
