import type { Caller } from '../../platform/ports/security.ts';
import { homeOf, type OrderId } from '../../domain/ids.ts';
import type { Order, ExistingOrder } from '../../domain/order/order-state.ts';
import type { GatewayContext } from '../../platform/gateway.ts';
import { notFound, problem, type Answer } from '../../platform/http/answer.ts';
import type { OrderWaiter } from '../../platform/http/order-waiter.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { readStream, type StreamState } from '../../platform/streams/read-stream.ts';
import type { ProductCache } from './product-cache.ts';

export const orderNeeds = [
  'orders',
  'sagas',
  'catalogue',
  'carts',
  'orderHistory',
  'wake',
  'backlog',
] as const;

export type OrderContext = GatewayContext<(typeof orderNeeds)[number]>;
export type OrderTools = {
  readonly context: OrderContext;
  readonly products: ProductCache;
  readonly waiter: OrderWaiter;
};

type Found = Omit<StreamState<Order>, 'state'> & { readonly state: ExistingOrder };

/** The order, if the caller may see it: its customer, and operators. To others it does not exist. */
export async function findOrder(
  { orders, partitions }: Pick<OrderContext, 'orders' | 'partitions'>,
  orderId: string,
  caller: Caller,
): Promise<Found | undefined> {
  const { state, version, events } = await readStream(orders, orderStream, orderId, partitions);
  if (state.status === 'new') return undefined;
  if (state.userId !== caller.userId && !caller.roles.includes('operator')) return undefined;
  return { state, version, events };
}

export const orderUnknown = (): Answer => notFound('order-unknown');

/** Commands run in the order's home region: its stream there is the truth. */
export function refuseOtherRegion(id: OrderId, region: string): Answer | undefined {
  const home = homeOf(id);
  return home === region ? undefined : problem(421, 'wrong-region', `the home region of this is ${home}`);
}
