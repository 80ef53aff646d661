import { z } from 'zod';
import { currency, minorUnits, orderId } from '../event-parts.ts';
import { reason } from './parts.ts';

export const paymentResource = z.object({
  orderId,
  status: z.enum(['requested', 'authorized', 'captured', 'declined', 'voided']),
  version: z.int(),
  currency,
  requestedMinor: minorUnits,
  authorizedMinor: minorUnits,
  capturedMinor: minorUnits,
  refundedMinor: minorUnits,
  refunds: z.array(z.object({ refundId: z.string(), amountMinor: minorUnits })),
});
export type PaymentResource = z.infer<typeof paymentResource>;

export const refundRequest = z.strictObject({ reason: reason.optional() });
export const refundAccepted = z.object({
  orderId,
  status: z.string(),
  refundDueMinor: minorUnits,
  statusUrl: z.string(),
});

const amountMinor = z.int().positive();
const providerId = z.string().min(1).max(200);
/** The provider's own envelope: it may gain fields and types without asking us. */
export const webhookRequest = z.object({
  id: providerId,
  type: z.string().min(1).max(100),
  createdAt: z.iso.datetime(),
  data: z.unknown(),
});
/** The data of the webhooks that concern us, by type. */
export const webhookData = {
  'charge.succeeded': z.object({ orderId, chargeId: providerId, amountMinor }),
  'charge.declined': z.object({ orderId, reason: z.string().min(1).max(200) }),
  'refund.succeeded': z.object({ orderId, refundId: providerId, amountMinor }),
};
/** Missing is as bad as wrong: the answer to both is 401. */
export const webhookHeaders = z.object({ 'Provider-Signature': z.string().max(1000).optional() });
