import { z } from 'zod';
import { aboutOrder, currency, minorUnits, name } from './event-parts.ts';

const payment = { ...aboutOrder, paymentId: name, amountMinor: minorUnits, currency };

/** The data of every event on `payment-events`, by type. No card number is ever in one. */
export const paymentEvents = {
  PaymentCaptured: z.object(payment),
  PaymentDeclined: z.object({ ...aboutOrder, paymentId: name, declineCode: name }),
  PaymentRefunded: z.object({
    ...payment,
    refundId: name,
    /** All that went back so far, this refund included; events of before did not say. */
    refundedMinor: minorUnits.optional(),
  }),
};
