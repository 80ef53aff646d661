import Table from 'cli-table3';
import { formatMinor, type Currency } from '../../domain/money.ts';
import { isAsMeant, isOpen, outcomeOf, type Progress } from './outcome.ts';

/** Whichever of stock and fraud comes last confirms the order, and has no event but that (docs/adr/0001). */
const columns = [
  ['stock', ['OrderStockReserved', 'OrderConfirmed']],
  ['fraud', ['OrderFraudCleared', 'OrderConfirmed']],
  ['paid', ['OrderPaid']],
  ['shipped', ['OrderShipped']],
] as const;

/** One row an order: the milliseconds from placing to each step, and whether it ended as it was meant to. */
export function orderTable(orders: readonly Progress[]): string {
  const table = new Table({
    head: ['#', 'order', 'what', 'total', ...columns.map(([title]) => title), 'mail', 'outcome', ''],
    style: { head: [], border: [], compact: true },
    colAligns: [
      'right',
      'left',
      'left',
      'right',
      ...columns.map(() => 'right' as const),
      'right',
      'left',
      'left',
    ],
  });
  for (const [index, order] of orders.entries()) {
    const ended = !isOpen(order);
    table.push([
      index + 1,
      order.orderId ? `…${order.orderId.slice(-8)}` : '',
      order.label,
      order.totalMinor === undefined ? '' : formatMinor(order.totalMinor, order.currency as Currency),
      ...columns.map(([, types]) =>
        ms(types.map((type) => order.stepMs[type]).find((at) => at !== undefined)),
      ),
      ms(order.mailMs),
      order.orderId === undefined && !ended ? '' : outcomeOf(order),
      ended ? (isAsMeant(order) ? '✔' : `✖ meant: ${order.expected}`) : '…',
    ]);
  }
  return `${table.toString()}\nTimes in ms since the order was placed. ${summary(orders)}`;
}

export function summary(orders: readonly Progress[]): string {
  const ended = orders.filter((order) => !isOpen(order));
  const asMeant = orders.filter(isAsMeant);
  return `${ended.length} of ${orders.length} orders ended, ${asMeant.length} as they were meant to.`;
}

function ms(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}
