import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { signToken } from '../../adapters/auth/tokens.ts';
import { acceptedOrder, type PlaceOrderRequest } from '../../contracts/http/orders.ts';
import type { LocalStack } from '../../environments/local.ts';
import type { Caller } from '../../platform/ports/security.ts';

export type GatewayName = 'gateway' | 'gatewayB';

export type ShopOrder = {
  readonly userId: string;
  readonly lines: NonNullable<PlaceOrderRequest['lines']>;
  readonly paymentToken: string;
};

export type Request = {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Only this gateway, instead of the one that last answered. */
  readonly gateway?: GatewayName;
};

export type Answer = { readonly status: number; readonly headers: Headers; readonly json: unknown };

export type PlacedOrder = {
  readonly orderId: string;
  readonly totalMinor: number;
  readonly userId: string;
  /** When the client first asked, and when it had its answer: ms on the monotonic clock. */
  readonly askedAt: number;
  readonly answeredAt: number;
};

export type ShopClient = {
  /** One request, tried once. @throws when nobody answers. */
  call(caller: Caller, method: string, path: string, request?: Request): Promise<Answer>;
  /** As `call`, and again with another gateway and after a pause while nobody answers or the answer is 5xx. */
  insist(caller: Caller, method: string, path: string, request?: Request): Promise<Answer>;
  /** Places an order as a real client does: one key, and the same key again until the answer is known. */
  place(order: ShopOrder): Promise<PlacedOrder>;
  /** Every order that an answer 202 was given for. */
  readonly acknowledged: readonly PlacedOrder[];
  /** Answers of 5xx and connections that broke, each of which was followed by another try. */
  readonly retries: number;
};

export const shipTo = { country: 'US', postalCode: '10001' } as const;

/** Longest time that a client insists, in ms: longer than any outage of these tests. */
const patienceMs = 90_000;
const timeoutMs = 5000;
const firstPauseMs = 100;
const longestPauseMs = 2000;

export function createShopClient(
  { host, ports, authSecret }: LocalStack,
  gateways: readonly GatewayName[],
): ShopClient {
  const tokens = new Map<string, Promise<string>>();
  const acknowledged: PlacedOrder[] = [];
  let retries = 0;
  let turn = 0;

  const tokenOf = (caller: Caller): Promise<string> =>
    tokens.getOrInsertComputed(JSON.stringify(caller), () => signToken(authSecret, caller));

  async function call(caller: Caller, method: string, path: string, request: Request = {}): Promise<Answer> {
    const gateway = request.gateway ?? gateways[turn % gateways.length]!;
    const answer = await fetch(`http://${host}:${ports[gateway]}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(caller)}`,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  async function insist(caller: Caller, method: string, path: string, request?: Request): Promise<Answer> {
    const deadline = performance.now() + patienceMs;
    for (let attempt = 0; ; attempt += 1) {
      const answer = await call(caller, method, path, request).catch((error: unknown) => error as Error);
      if (!(answer instanceof Error) && answer.status < 500) return answer;
      if (performance.now() > deadline)
        throw answer instanceof Error ? answer : new Error(`${method} ${path}: still ${answer.status}`);
      retries += 1;
      turn += 1;
      await sleep(pauseMs(answer, attempt));
    }
  }

  return {
    call,
    insist,
    acknowledged,
    get retries() {
      return retries;
    },
    async place({ userId, lines, paymentToken }) {
      const askedAt = performance.now();
      const { status, json } = await insist({ userId, roles: [] }, 'POST', '/v1/orders', {
        headers: { 'idempotency-key': randomUUID() },
        body: { lines, paymentToken, shipTo },
      });
      const accepted = acceptedOrder.safeParse(json);
      if (status !== 202 || !accepted.success)
        throw new Error(`an order was answered with ${status}: ${JSON.stringify(json)}`);
      const { orderId, totalMinor } = accepted.data;
      const placed = { orderId, totalMinor, userId, askedAt, answeredAt: performance.now() };
      acknowledged.push(placed);
      return placed;
    },
  };
}

/** What the server asks for, or exponential back-off with full jitter. */
function pauseMs(answer: Answer | Error, attempt: number): number {
  const asked = answer instanceof Error ? null : answer.headers.get('retry-after');
  if (asked !== null) return Number(asked) * 1000 * (1 + Math.random() / 2);
  return Math.random() * Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);
}
