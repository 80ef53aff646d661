import type { Run } from '../audit-orders.ts';
import type { OrderFacts } from '../order/order-facts.ts';
import { orderEventId } from '../order/order-facts.ts';
import {
  addSales,
  boardEqualsSales,
  compareBoard,
  compareSales,
  createSalesSum,
  readSales,
  readSalesBoard,
  salesRecompute,
} from '../whole/sales.ts';

/**
 * The sums of the paid orders beside counters and board. In a window they go on from the sums of its checkpoint, and the days
 * that are older than these are not looked at. What is settled goes into the next checkpoint.
 */
export async function createSales({ sources, ask, tally, settled, window, next }: Run) {
  const { region } = sources;
  const firstDay = window?.salesFrom;
  const before = await readSales(sources, firstDay);
  const [sum, settledSum] = [createSalesSum(region), createSalesSum(region)];
  const carried = new Set(window?.carried);
  return {
    /** @param times when each event was recorded */
    add(facts: OrderFacts, times: ReadonlyMap<string, Date>): void {
      const isNew = (eventId: string): boolean =>
        !window || times.get(eventId)! >= window.horizon || carried.has(eventId);
      const isSettled = (eventId: string): boolean => isNew(eventId) && times.get(eventId)! < next.horizon;
      sum.add(facts, isNew);
      settledSum.add(facts, isSettled);
      for (const { version, event } of facts.orderEvents) {
        const eventId = orderEventId(facts.orderId, version);
        if (event.type !== 'OrderPaid' || !isSettled(eventId)) continue;
        if (!facts.aggregated.has(eventId) && !facts.forgotten.has(eventId)) next.carried.add(eventId);
      }
    },
    async compare(): Promise<void> {
      const board = await readSalesBoard(sources, ask, firstDay);
      const after = await readSales(sources, firstDay);
      const known = new Map(Object.entries(window?.sales ?? {}));
      const sums = firstDay === undefined ? sum.sums : addSales(known, sum.sums, firstDay);
      next.sales = addSales(known, settledSum.sums, next.salesFrom);
      const quiet = settled.unsettled.length === 0;
      const forgotten = window ? new Map() : sum.forgotten;
      const keys = new Set([...sums.keys(), ...forgotten.keys()]);
      tally.add(salesRecompute, keys.size, compareSales(before, { sums, forgotten }, after));
      if (board) tally.add(boardEqualsSales, board.size, compareBoard(before, board, after), quiet);
    },
  };
}
