import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { acceptedOrder, orderResource, type OrderResource } from '../../contracts/http/orders.ts';
import { isOpen, type Progress } from './outcome.ts';
import type { SampleOrder } from './plan.ts';

export type PlaceOptions = {
  readonly gatewayUrl: string;
  readonly sinkUrl: string;
  /** A token of the user. */
  readonly token: (userId: string) => Promise<string>;
  readonly signal: AbortSignal;
  readonly onChange: (orders: readonly Progress[]) => void;
};

/** Pause between two orders and between two looks at the open ones, in ms: neither waits for anything that could be told. */
const everyMs = 40;
const lookMs = 150;
/** Longest wait for an order's end: one time-out of the provider and its retry fit several times. */
const patienceMs = 60_000;

/** Places the orders over HTTP, one after the other, and follows each to its end and its mail. */
export async function placeOrders(
  plan: readonly SampleOrder[],
  options: PlaceOptions,
): Promise<readonly Progress[]> {
  const orders = plan.map((order): Progress => ({ ...order, status: '', stepMs: {} }));
  const placing = (async () => {
    for (const order of orders) {
      options.signal.throwIfAborted();
      await place(order, options);
      options.onChange(orders);
      await sleep(everyMs);
    }
  })();
  const deadline = performance.now() + patienceMs;
  const progress = { placed: false };
  const done = placing.then(() => (progress.placed = true));
  while (!progress.placed || orders.some(isOpen)) {
    options.signal.throwIfAborted();
    await Promise.all(
      orders
        .filter((order) => order.orderId !== undefined && isOpen(order))
        .map((order) => look(order, options)),
    );
    options.onChange(orders);
    if (performance.now() > deadline) break;
    await Promise.race([done, sleep(lookMs)]).then(() => sleep(lookMs));
  }
  await placing;
  return orders;
}

const mailSteps: Readonly<Record<string, string>> = {
  shipped: 'OrderShipped',
  delivered: 'OrderShipped',
  rejected: 'OrderRejected',
  cancelled: 'OrderCancelled',
  refunded: 'OrderRefunded',
};

async function place(order: Progress, options: PlaceOptions): Promise<void> {
  const { lines, paymentToken } = order;
  const request = {
    body: { lines, paymentToken, shipTo: { country: 'US', postalCode: '10001' } },
    headers: { 'idempotency-key': randomUUID() },
  };
  let answer = await call(order, options, 'POST', '/v1/orders', request);
  // A platform that is still busy with an earlier run says when to come back.
  for (let tries = 1; answer.status === 503 && tries < 10; tries += 1) {
    await sleep(answer.retryAfterMs);
    answer = await call(order, options, 'POST', '/v1/orders', request);
  }
  const accepted = acceptedOrder.safeParse(answer.json);
  if (!accepted.success) {
    order.problem = `${answer.status} ${problemOf(answer.json)}`;
    return;
  }
  Object.assign(order, {
    orderId: accepted.data.orderId,
    totalMinor: accepted.data.totalMinor,
    currency: accepted.data.currency,
    status: 'placed',
  });
  if (!order.cancel) return;
  const cancelled = await call(order, options, 'POST', `/v1/orders/${order.orderId}/cancel`, {
    body: { reason: 'changed my mind' },
  });
  if (cancelled.status >= 300) order.problem = `cancel: ${cancelled.status} ${problemOf(cancelled.json)}`;
}

async function look(order: Progress, options: PlaceOptions): Promise<void> {
  const { json } = await call(order, options, 'GET', `/v1/orders/${order.orderId}`);
  const found = orderResource.safeParse(json);
  if (!found.success) return;
  apply(order, found.data);
  const step = mailSteps[order.status];
  if (step === undefined) return;
  const url = `${options.sinkUrl}/mails?messageId=${encodeURIComponent(`${order.orderId}.${step}@mail.meridian.example`)}`;
  const { mails } = mailList.parse(await (await fetch(url, { signal: options.signal })).json());
  if (mails[0]) order.mailMs = Date.parse(mails[0].firstAt) - Date.parse(found.data.placedAt);
}

const mailList = z.object({ mails: z.array(z.object({ firstAt: z.iso.datetime() })) });

function apply(order: Progress, { status, reason, steps, placedAt }: OrderResource): void {
  order.status = status;
  if (reason !== undefined) order.reason = reason;
  for (const { type, at } of steps) order.stepMs[type] = Date.parse(at) - Date.parse(placedAt);
}

async function call(
  { userId }: Progress,
  { gatewayUrl, token, signal }: PlaceOptions,
  method: string,
  path: string,
  {
    body,
    headers = {},
  }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ status: number; json: unknown; retryAfterMs: number }> {
  const answer = await fetch(`${gatewayUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await token(userId)}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
  });
  const retryAfterMs = Number(answer.headers.get('retry-after') ?? 1) * 1000;
  return { status: answer.status, json: await answer.json().catch(() => undefined), retryAfterMs };
}

function problemOf(json: unknown): string {
  const problem = z.object({ title: z.string(), detail: z.string().optional() }).safeParse(json);
  return problem.success
    ? `${problem.data.title}${problem.data.detail ? `: ${problem.data.detail}` : ''}`
    : '';
}
