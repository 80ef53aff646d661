import { setTimeout as sleep } from 'node:timers/promises';
import { scarceSkus, seedUsers } from '../seed.ts';
import { defaultProducts, productsOf } from '../seed/products.ts';
import type { PlacedOrder, ShopOrder } from './shop-client.ts';
import type { World } from './world.ts';

export type LoadSettings = {
  readonly perSecond: number;
  /** At most; `stop` ends it earlier. */
  readonly seconds: number;
  /** `tok_approve` unless given: what to pay the n-th order with. */
  readonly paymentTokenOf?: (n: number) => string;
  /** Each n-th order is cancelled a moment later, when a slow provider has not answered yet; none unless given. */
  readonly cancelEach?: number;
};

export type Load = {
  /** Resolves when each order has its answer; rejects when one was refused or got none. */
  readonly done: Promise<readonly PlacedOrder[]>;
  /** No more orders; @returns `done`. */
  stop(): Promise<readonly PlacedOrder[]>;
};

/** Dearer ones may be held for a person to look at. */
const cheapMinor = 20_000;
const skus = productsOf(defaultProducts)
  .filter(({ sku, pricesMinor }) => (pricesMinor['USD'] ?? 0) < cheapMinor && !scarceSkus.includes(sku))
  .map(({ sku }) => sku);

/** All of a region but the last one, whose orders are refused. */
export const customersOf = (region: string): readonly string[] => seedUsers(region).slice(0, -1);
const customers = new Map<string, readonly string[]>();
const cancelAfterMs = 1500;
let orders = 0;

/** The next order: customers and goods take turns, so that nobody looks like a fraudster. */
export function nextOrder(world: World, paymentToken = 'tok_approve'): ShopOrder {
  const n = orders++;
  const { region } = world.stack;
  const users = customers.getOrInsertComputed(region, customersOf);
  const lines = Array.from({ length: 1 + (n % 3) }, (_, line) => ({
    sku: skus[(n * 7 + line * 131) % skus.length]!,
    quantity: 1 + (line % 2),
  }));
  return { userId: users[n % users.length]!, lines, paymentToken };
}

/** Places orders at a steady rate, whatever becomes of those before: customers do not wait for each other. */
export function startLoad(world: World, settings: LoadSettings): Load {
  const { perSecond, seconds, paymentTokenOf = () => 'tok_approve', cancelEach } = settings;
  const placed: PlacedOrder[] = [];
  const startedAt = performance.now();
  const ended = new AbortController();

  const one = async (n: number): Promise<void> => {
    const untilItsTurn = Math.max(0, startedAt + (n * 1000) / perSecond - performance.now());
    await sleep(untilItsTurn, undefined, { signal: ended.signal }).catch(() => undefined);
    if (ended.signal.aborted) return;
    const order = await world.shop.place(nextOrder(world, paymentTokenOf(n)));
    placed.push(order);
    if (cancelEach !== undefined && n % cancelEach === cancelEach - 1) {
      await sleep(cancelAfterMs);
      await cancel(world, order);
    }
  };
  const done = Promise.all(Array.from({ length: perSecond * seconds }, (_, n) => one(n))).then(() => placed);
  // Whoever started the load looks at it after the fault; until then a failure has no other listener.
  done.catch(() => undefined);
  return {
    done,
    stop() {
      ended.abort();
      return done;
    },
  };
}

/** @returns whether the order was cancelled: one that is on its way to the customer is not. */
export async function cancel({ shop }: World, { orderId, userId }: PlacedOrder): Promise<boolean> {
  const { status } = await shop.insist({ userId, roles: [] }, 'POST', `/v1/orders/${orderId}/cancel`);
  if (status !== 200 && status !== 409) throw new Error(`a cancellation was answered with ${status}`);
  return status === 200;
}
