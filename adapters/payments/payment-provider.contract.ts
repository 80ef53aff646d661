import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConflictError, PermanentError } from '../../platform/errors.ts';
import type { PaymentProvider } from '../../platform/ports/payment-provider.ts';

interface ProviderUnderTest {
  provider: PaymentProvider;
  tokens: { approved: string; declined: string };
  close(): Promise<void>;
}

const order = (paymentToken: string) => {
  return { orderId: `order-${randomUUID()}`, amountMinor: 1999, currency: 'EUR', paymentToken };
};

/** What every payment provider must do; call it once for each implementation. */
export const paymentProviderContract = (
  name: string,
  makeProvider: () => Promise<ProviderUnderTest>,
): void => {
  describe(`${name} as a payment provider`, () => {
    let made: ProviderUnderTest;
    beforeAll(async () => {
      made = await makeProvider();
    });
    afterAll(() => made.close());

    const captured = async () => {
      const capture = order(made.tokens.approved);
      const result = await made.provider.capture(capture);
      if (result.outcome !== 'captured') throw new Error(`expected a capture, got ${result.reason}`);
      return { ...capture, chargeId: result.chargeId };
    };

    test('captures, and its books show the charge', async () => {
      const { orderId, chargeId } = await captured();
      expect(await made.provider.find([orderId, 'order-unknown'])).toEqual([
        { orderId, chargeId, amountMinor: 1999, currency: 'EUR', refundedMinor: 0 },
      ]);
    });

    test('charges an order once, however often and however much at once it is captured', async () => {
      const capture = order(made.tokens.approved);
      const results = await Promise.all(Array.from({ length: 10 }, () => made.provider.capture(capture)));
      expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
      expect(await made.provider.find([capture.orderId])).toHaveLength(1);
    });

    test('a decline is a value, the same one again, and charges nothing', async () => {
      const capture = order(made.tokens.declined);
      const first = await made.provider.capture(capture);
      expect(first.outcome).toBe('declined');
      expect(await made.provider.capture(capture)).toEqual(first);
      expect(await made.provider.find([capture.orderId])).toEqual([]);
    });

    test('refuses the same order with another amount', async () => {
      const charge = await captured();
      await expect(made.provider.capture({ ...charge, amountMinor: 1 })).rejects.toBeInstanceOf(
        ConflictError,
      );
    });

    test('refunds once', async () => {
      const { orderId, chargeId } = await captured();
      const refund = { orderId, chargeId, amountMinor: 1999 };
      const first = await made.provider.refund(refund);
      expect(await made.provider.refund(refund)).toEqual(first);
      expect(await made.provider.find([orderId])).toMatchObject([{ refundedMinor: 1999 }]);
    });

    test('refuses to refund more than the charge, or a charge it does not know', async () => {
      const { orderId, chargeId } = await captured();
      const tooMuch = made.provider.refund({ orderId, chargeId, amountMinor: 2000 });
      await expect(tooMuch).rejects.toBeInstanceOf(PermanentError);
      const unknown = made.provider.refund({ orderId, chargeId: 'ch_unknown', amountMinor: 1 });
      await expect(unknown).rejects.toBeInstanceOf(PermanentError);
    });

    test('finds many orders at once, and none when asked for none', async () => {
      const charges = await Promise.all(Array.from({ length: 60 }, captured));
      const found = await made.provider.find(charges.map(({ orderId }) => orderId));
      expect(found.map(({ chargeId }) => chargeId)).toEqual(charges.map(({ chargeId }) => chargeId));
      expect(await made.provider.find([])).toEqual([]);
    });
  });
};
