import {
  acceptedOrder,
  linesBytes,
  orderResource,
  placeOrderHeaders,
  placeOrderRequest,
  type AcceptedOrder,
  type PlaceOrderRequest,
} from '../../contracts/http/orders.ts';
import { bucketOf, orderIdOf, type UserId } from '../../domain/ids.ts';
import type { Currency } from '../../domain/money.ts';
import type { OrderPlaced } from '../../domain/order/order-events.ts';
import type { Cart } from '../../platform/ports/users.ts';
import type { GatewayApp } from '../../platform/gateway.ts';
import { createAdmission } from '../../platform/http/admission.ts';
import { answer, invalid, unavailable, type Answer } from '../../platform/http/answer.ts';
import { longestWaitS, preferredWaitS } from '../../platform/http/preferences.ts';
import { newStream } from '../../platform/new-stream.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { refuseOtherRegion, type OrderTools } from './context.ts';
import { statusUrlOf } from './order-resource.ts';
import { outcomeOf } from './outcome.ts';
import { priceLines, type PricedLines, type RequestedLine } from './price-lines.ts';
import { repeated, sameLines, type Placed } from './repeated-order.ts';

type Placing = {
  readonly orderId: string;
  readonly userId: string;
  readonly body: PlaceOrderRequest;
  readonly traceparent: string | undefined;
};

export function placeOrderRoute(app: GatewayApp, tools: OrderTools): void {
  const { context } = tools;
  app.route(
    {
      method: 'post',
      path: '/v1/orders',
      summary: 'Place an order; it is durable when the answer comes',
      access: 'caller',
      headers: placeOrderHeaders,
      body: placeOrderRequest,
      bodyBytes: linesBytes,
      admit: createAdmission(context.backlog, context.admission),
      longestWaitMs: longestWaitS * 1000,
      responses: {
        200: { description: 'The outcome, when the client prefers to wait for it', schema: orderResource },
        202: { description: 'Accepted; a repeated request has the same answer', schema: acceptedOrder },
      },
    },
    async ({ caller, headers, body, traceparent, context: http }) => {
      const orderId = orderIdOf(caller.userId as UserId, headers['Idempotency-Key']);
      const placing: Placing = { orderId, userId: caller.userId, body, traceparent };
      const result = refuseOtherRegion(orderId, context.region) ?? (await place(tools, placing));
      if ('status' in result) return result;
      const waitS = preferredWaitS(headers.Prefer);
      if (waitS === undefined) return accepted(result.placed);
      const applied = { 'preference-applied': `wait=${waitS}` };
      const until = { timeoutMs: waitS * 1000, signal: http.req.raw.signal };
      const outcome = await outcomeOf(tools, orderId, result.version, until);
      return outcome ? answer(200, outcome, applied) : accepted(result.placed, applied);
    },
  );
}

/** Appends the order, or finds the one that this key has placed already. */
async function place(tools: OrderTools, placing: Placing): Promise<Placed | Answer> {
  const { context } = tools;
  const { orderId, userId, body, traceparent } = placing;
  const cartNow = body.fromCart ? await context.carts.read(userId) : undefined;
  if (cartNow) {
    // A cart is emptied by its order: a repeated request has to look for the order first.
    const before = await earlier(tools, placing);
    if (before) return forgetOrdered(tools, userId, cartNow, before);
  }
  const lines = body.lines ?? cartNow?.lines ?? [];
  if (lines.length === 0)
    return invalid('cart-empty', [{ in: 'body', field: 'fromCart', message: 'the cart is empty' }]);
  const priced = await price(tools, lines, body);
  // A repeated request is answered as it was then, even if something of it is not sold any more.
  if (!priced.ok) return (await earlier(tools, placing)) ?? priced.refusal;
  const { cart, categories } = priced;
  const terms = {
    type: 'PlaceOrder' as const,
    orderId,
    userId,
    at: context.now().toISOString(),
    currency: cart.currency as Currency,
    lines: cart.lines.map(({ sku, quantity, unitPriceMinor }, index) => ({
      sku,
      category: categories[index]!,
      quantity,
      unitPriceMinor,
    })),
    discountMinor: cart.discountMinor,
    shippingMinor: cart.shippingMinor,
    taxMinor: cart.taxMinor,
    totalMinor: cart.totalMinor,
    paymentToken: body.paymentToken,
    shipTo: body.shipTo,
  };
  const command = cartNow ? { ...terms, fromCart: true as const } : terms;
  const stream = newStream(orderStream, command, context.partitions, traceparent);
  if (!stream.accepted)
    return invalid(stream.reason, [{ in: 'body', field: 'lines', message: stream.reason }]);
  const result = await context.orders.append(stream.append);
  if (!result.appended) {
    if (!result.existing) return unavailable('append-refused', 'the order could not be written');
    return repeated(result.existing.data as OrderPlaced, body);
  }
  const placed: Placed = { placed: command, version: 1 };
  return cartNow ? forgetOrdered(tools, userId, cartNow, placed) : placed;
}

/**
 * Empties the cart that became this order, if it still is as it was ordered. The order stands, whatever becomes of that; a
 * process that ended in between leaves it to the repeated request.
 */
async function forgetOrdered(
  { context }: OrderTools,
  userId: string,
  { lines, version }: Cart,
  result: Placed | Answer,
): Promise<Placed | Answer> {
  if (!('placed' in result) || !sameLines(result.placed.lines, lines)) return result;
  try {
    await context.carts.clear(userId, version);
  } catch (error) {
    context.report(error, 'the cart of a placed order was not emptied');
  }
  return result;
}

function price(
  { context, products }: OrderTools,
  lines: readonly RequestedLine[],
  { currency }: PlaceOrderRequest,
): PricedLines | Promise<PricedLines> {
  const found = products.find(lines.map(({ sku }) => sku));
  return found instanceof Promise
    ? found.then((map) => priceLines(lines, map, context.region, currency))
    : priceLines(lines, found, context.region, currency);
}

async function earlier(
  { context }: OrderTools,
  { orderId, body }: Placing,
): Promise<Placed | Answer | undefined> {
  const key = { bucket: bucketOf(orderId, context.partitions), streamId: orderId };
  const [events = []] = await context.orders.read([key]);
  return events[0] && repeated(events[0].data as OrderPlaced, body);
}

function accepted(
  { orderId, currency, totalMinor }: Placed['placed'],
  headers?: Readonly<Record<string, string>>,
): Answer {
  const statusUrl = statusUrlOf(orderId);
  const body: AcceptedOrder = {
    orderId,
    status: 'accepted',
    currency,
    totalMinor,
    statusUrl,
    eventsUrl: `${statusUrl}/events`,
  };
  return answer(202, body, { ...headers, location: statusUrl });
}
