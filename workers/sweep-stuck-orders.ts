import type { RecordRefund } from '../domain/order/order-commands.ts';
import type { Order } from '../domain/order/order-state.ts';
import { chargeCommands, refundedMinor, type Payment } from '../domain/payment/payment.ts';
import { decideAll, foldStream } from '../platform/decide-all.ts';
import type { SharedContext } from '../platform/resources.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { paymentStream } from '../platform/streams/payment-stream.ts';
import { readStreams } from '../platform/streams/read-stream.ts';
import { defineTask, type WorkerTools } from '../platform/worker.ts';

const batch = 200;

/**
 * Looks after orders past their deadline, so that each ends in bounded time or is parked for a person: one without an
 * outcome of stock or fraud is cancelled, which releases its units; one whose charge has no outcome is settled by what the
 * provider's books say; one whose money is back already is refunded; one that is owed a parcel or a refund is parked with the
 * reason. All steps are idempotent, so two sweepers at once do no harm.
 */
export const sweepStuckOrders = defineTask({
  name: 'sweep-stuck-orders',
  service: 'orders',
  needs: ['orders', 'payments', 'sagas', 'paymentProvider'],
  everyMs: 5000,
  scale: { min: 2, max: 2 },
  async run({ orders, payments, sagas, paymentProvider, partitions, now, signal }) {
    const overdue = await sagas.overdue(now, batch);
    if (overdue.length === 0) return;
    const at = now.toISOString();
    const streams = await orders.read(overdue.map(({ bucket, orderId }) => ({ bucket, streamId: orderId })));
    const states = streams.map((events) => foldStream(orderStream, events).state);
    const of = (...statuses: readonly string[]) =>
      overdue.filter((_, index) => statuses.includes(states[index]!.status));

    const cancel = (sagasToEnd: typeof overdue) =>
      decideAll(
        orders,
        orderStream,
        sagasToEnd.map(({ orderId }) => ({
          command: { type: 'CancelOrder', orderId, at, reason: 'timed-out' } as const,
        })),
        partitions,
      );

    await cancel(of('placed'));
    for (const saga of of('paid')) await sagas.park(saga, 'not-shipped');
    const settled = await settleRefunds(states, at, { orders, payments, partitions });
    for (const saga of of('rejected', 'cancelled', 'returned'))
      if (!settled.has(saga.orderId)) await sagas.park(saga, 'refund-outstanding');

    // Last, since the provider may be away: that holds up nothing else.
    const confirmed = of('confirmed');
    if (confirmed.length === 0) return;
    const charges = await paymentProvider.find(
      confirmed.map(({ orderId }) => orderId),
      signal,
    );
    const charged = new Set(charges.map(({ orderId }) => orderId));
    await cancel(confirmed.filter(({ orderId }) => !charged.has(orderId)));
    const outcomes = await decideAll(
      payments,
      paymentStream,
      charges.flatMap((charge) => chargeCommands(charge.orderId, at, charge).map((command) => ({ command }))),
      partitions,
    );
    // A charge that is recorded already, or that the payment does not take, has not reached the order: a person has to look.
    const recordedNow = new Set(
      charges
        .filter((_, index) => {
          const captured = outcomes[index * 2 + 1];
          return captured?.accepted && captured.events.length > 0;
        })
        .map(({ orderId }) => orderId),
    );
    for (const saga of confirmed)
      if (charged.has(saga.orderId) && !recordedNow.has(saga.orderId))
        await sagas.park(saga, 'charge-not-applied');
  },
});

/**
 * Refunds the orders whose money went back before it was due, so that no event of it will come any more.
 *
 * @returns the ids of those that are settled.
 */
async function settleRefunds(
  states: readonly Order[],
  at: string,
  { orders, payments, partitions }: SharedContext<'orders' | 'payments'> & Pick<WorkerTools, 'partitions'>,
): Promise<ReadonlySet<string>> {
  const owing = states.flatMap((order) =>
    'refundDue' in order && order.refundDue ? [{ orderId: order.orderId, due: order.refundDue }] : [],
  );
  if (owing.length === 0) return new Set();
  const owingIds = owing.map(({ orderId }) => orderId);
  const streams = await readStreams(payments, paymentStream, owingIds, partitions);
  const commands = owing.flatMap(({ orderId, due }, index) => {
    const refund = lastRefundOf(streams[index]!.state);
    return refund?.refundedMinor === due.amountMinor
      ? [{ type: 'RecordRefund', orderId, at, paymentId: due.paymentId, ...refund } satisfies RecordRefund]
      : [];
  });
  const outcomes = await decideAll(
    orders,
    orderStream,
    commands.map((command) => ({ command })),
    partitions,
  );
  return new Set(commands.flatMap(({ orderId }, index) => (outcomes[index]!.accepted ? [orderId] : [])));
}

function lastRefundOf(payment: Payment): Pick<RecordRefund, 'refundId' | 'refundedMinor'> | undefined {
  const last = payment.status === 'new' ? undefined : [...payment.refunds].at(-1);
  return last && { refundId: last[0], refundedMinor: refundedMinor(payment) };
}
