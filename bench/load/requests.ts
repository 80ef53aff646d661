import { createHmac, randomUUID } from 'node:crypto';
import { userIdOf } from '../../domain/ids.ts';
import type { KnownOrder, LoadPlan, LoadStream } from './plan.ts';

/** A request as undici's dispatcher takes it. */
export type Prepared = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
  readonly user: number;
};

/** Makes the requests of a plan; all that costs time is done beforehand, so that the load generator stays cheap. */
export function requestMaker(plan: LoadPlan, placed: readonly KnownOrder[]) {
  const authorizations = Array.from(
    { length: plan.users },
    (_, index) => `Bearer ${tokenOf(plan, userIdOf('us-east', `${plan.userSeed}-${index + 1}`))}`,
  );
  const bodies = plan.skus.map((_, index) => orderBody(plan, index));
  const known = plan.knownOrders ?? [];
  // Somewhere else each time: nobody orders more often than others.
  let next = Math.floor(Math.random() * plan.users);
  const headersOf = (user: number): string[] => ['authorization', authorizations[user] ?? ''];
  const json = ['content-type', 'application/json'];

  const place = (): Prepared => {
    const user = next++ % plan.users;
    const headers = [...headersOf(user), ...json, 'idempotency-key', randomUUID()];
    return { method: 'POST', path: '/v1/orders', headers, body: bodies[next % bodies.length], user };
  };
  const status = (): Prepared | undefined => {
    // Lately placed ones, which people ask for, or any of those that have been there before.
    const from = known.length > 0 ? known : placed.slice(-1000);
    const order = from[Math.floor(Math.random() * from.length)];
    if (!order) return undefined;
    const path = `/v1/orders/${order.orderId}`;
    return { method: 'GET', path, headers: headersOf(order.user), body: undefined, user: order.user };
  };
  const cart = (): Prepared => {
    const user = next++ % plan.users;
    const sku = plan.skus[next % plan.skus.length] ?? '';
    const body = JSON.stringify({ quantity: 1 + (next % 3) });
    const path = `/v1/cart/items/${encodeURIComponent(sku)}`;
    return { method: 'PUT', path, headers: [...headersOf(user), ...json], body, user };
  };
  return (request: LoadStream['request']): Prepared | undefined =>
    request === 'place-order' ? place() : request === 'order-status' ? status() : cart();
}

/** One to three lines of one or two units. */
function orderBody({ skus, shipTo }: LoadPlan, index: number): string {
  const lines = Array.from({ length: 1 + (index % 3) }, (_, line) => ({
    sku: skus[(index + line * 7) % skus.length],
    quantity: 1 + ((index + line) % 2),
  }));
  // A SKU stands on one line only: with few of them the steps of 7 may meet.
  const distinct = [...new Map(lines.map((line) => [line.sku, line])).values()];
  return JSON.stringify({ lines: distinct, paymentToken: 'tok_approve', shipTo });
}

// HS256 (RFC 7515) by hand: tens of thousands of tokens take too long through WebCrypto.
function tokenOf({ authSecret, tokensFrom }: LoadPlan, subject: string): string {
  const claims = { sub: subject, iat: tokensFrom, exp: tokensFrom + 6 * 3600 };
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', authSecret).update(content).digest('base64url')}`;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
