import { z } from 'zod';

const amountMinor = z.int().positive();

/** What the provider's HTTP API takes and gives; the client and the simulator share it. */
export const chargeRequest = z.object({
  orderId: z.string().min(1).max(200),
  amountMinor,
  currency: z.string().regex(/^[A-Z]{3}$/),
  paymentToken: z.string().min(1).max(200),
});

export const refundRequest = z.object({
  orderId: z.string().min(1).max(200),
  chargeId: z.string().min(1).max(200),
  amountMinor,
});

export const chargeAnswer = z.object({ chargeId: z.string() });
export const declineAnswer = z.object({ reason: z.string() });
export const refundAnswer = z.object({ refundId: z.string() });

export const chargeList = z.object({
  charges: z.array(
    z.object({
      orderId: z.string(),
      chargeId: z.string(),
      amountMinor,
      currency: z.string(),
      refundedMinor: z.int().nonnegative(),
    }),
  ),
});

export type ChargeRequest = z.infer<typeof chargeRequest>;
export type RefundRequest = z.infer<typeof refundRequest>;
