import type { PlaceOrderRequest } from '../../contracts/http/orders.ts';
import type { OrderPlaced } from '../../domain/order/order-events.ts';
import { problem, type Answer } from '../../platform/http/answer.ts';
import type { RequestedLine } from './price-lines.ts';

/** `version`: what of the stream is known; 0 for a repeated request, whose order may have come further. */
export type Placed = {
  readonly placed: Pick<OrderPlaced, 'orderId' | 'currency' | 'totalMinor' | 'lines'>;
  readonly version: 0 | 1;
};

/** Same key, same body: the same answer. The body of an order from the cart has no lines to compare, and was one of the cart before. */
export function repeated(placed: OrderPlaced, body: PlaceOrderRequest): Placed | Answer {
  const same =
    placed.paymentToken === body.paymentToken &&
    placed.fromCart === body.fromCart &&
    placed.shipTo.country === body.shipTo.country &&
    placed.shipTo.postalCode === body.shipTo.postalCode &&
    (body.currency === undefined || body.currency === placed.currency) &&
    (body.lines === undefined || sameLines(placed.lines, body.lines));
  if (same) return { placed, version: 0 };
  const message = 'was used for an order with another body';
  return problem(422, 'idempotency-key-reused', `the Idempotency-Key ${message}`, {
    errors: [{ in: 'header', field: 'Idempotency-Key', message }],
  });
}

export function sameLines(placed: readonly RequestedLine[], asked: readonly RequestedLine[]): boolean {
  return (
    placed.length === asked.length &&
    placed.every(({ sku, quantity }, at) => sku === asked[at]!.sku && quantity === asked[at]!.quantity)
  );
}
