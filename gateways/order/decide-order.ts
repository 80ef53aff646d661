import type { OrderCommand } from '../../domain/order/order-commands.ts';
import { decideAll } from '../../platform/decide-all.ts';
import { answer, type Answer } from '../../platform/http/answer.ts';
import type { Caller } from '../../platform/ports/security.ts';
import { orderStream } from '../../platform/streams/order-stream.ts';
import { findOrder, orderUnknown, type OrderContext } from './context.ts';
import { orderResourceOf } from './order-resource.ts';

/** Has one order decide over a command. @returns why it was refused; undefined when it was accepted, now or before */
export async function decideOrder(
  { orders, partitions }: OrderContext,
  command: OrderCommand,
  traceparent: string | undefined,
): Promise<string | undefined> {
  const [outcome] = await decideAll(orders, orderStream, [{ command, traceparent }], partitions);
  return outcome!.accepted ? undefined : outcome!.reason;
}

/** The order as it is now. */
export async function orderAnswer(context: OrderContext, orderId: string, caller: Caller): Promise<Answer> {
  const found = await findOrder(context, orderId, caller);
  return found ? answer(200, orderResourceOf(found.state, found.events)) : orderUnknown();
}
