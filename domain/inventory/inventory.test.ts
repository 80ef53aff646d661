import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Stock, type StockCommand, decideStock } from './inventory.ts';

const stockOf = (...rows: Array<[string, string, number]>): Stock => ({
  rows: rows.map(([warehouseId, sku, onHand]) => ({ warehouseId, sku, onHand, reserved: 0 })),
  reservations: [],
  receipts: [],
});
const reserve = (
  orderId: string,
  lines: Array<[string, number]>,
  warehouseIds = ['w1', 'w2'],
): StockCommand => ({
  type: 'ReserveStock',
  orderId,
  lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
  warehouseIds,
});
const eventTypes = (commands: StockCommand[], stock: Stock) =>
  decideStock(commands, stock).decisions.map((decision) =>
    decision.accepted ? decision.events.map((event) => event.type).join() : decision.reason,
  );

describe('decideStock', () => {
  it('sums the lines of one SKU before it looks at the shelf', () => {
    const lines: Array<[string, number]> = [
      ['a', 2],
      ['a', 2],
    ];
    expect(eventTypes([reserve('o1', lines)], stockOf(['w1', 'a', 3]))).toEqual(['StockRefused']);
    expect(eventTypes([reserve('o1', lines)], stockOf(['w1', 'a', 4]))).toEqual(['StockReserved']);
  });

  it('prefers one warehouse that serves everything, and splits only if none does', () => {
    const whole = decideStock([reserve('o1', [['a', 3]])], stockOf(['w1', 'a', 2], ['w2', 'a', 3]));
    expect(whole.stock.rows.map((row) => row.reserved)).toEqual([0, 3]);
    const split = decideStock([reserve('o1', [['a', 4]])], stockOf(['w1', 'a', 2], ['w2', 'a', 3]));
    expect(split.stock.rows.map((row) => row.reserved)).toEqual([2, 2]);
  });

  it('does not count a warehouse twice', () => {
    const command = reserve('o1', [['a', 4]], ['w1', 'w1']);
    expect(eventTypes([command], stockOf(['w1', 'a', 2]))).toEqual(['StockRefused']);
  });

  it('is all or nothing an order, and later orders see what earlier ones took', () => {
    const stock = stockOf(['w1', 'a', 2], ['w1', 'b', 1]);
    const both: Array<[string, number]> = [
      ['a', 1],
      ['b', 1],
    ];
    const commands = [reserve('o1', both), reserve('o2', both), reserve('o3', [['a', 1]])];
    expect(eventTypes(commands, stock)).toEqual(['StockReserved', 'StockRefused', 'StockReserved']);
  });

  it('does not reserve for an order that was cancelled first', () => {
    const commands: StockCommand[] = [
      { type: 'ReleaseStock', orderId: 'o1' },
      reserve('o1', [['a', 1]]),
      { type: 'CommitStock', orderId: 'o1' },
    ];
    expect(eventTypes(commands, stockOf(['w1', 'a', 2]))).toEqual(['StockReleased', '', 'already-released']);
  });

  it('refuses to release what has been committed, and quantities that are not whole and positive', () => {
    const commands: StockCommand[] = [
      reserve('o1', [['a', 1]]),
      { type: 'CommitStock', orderId: 'o1' },
      { type: 'ReleaseStock', orderId: 'o1' },
      reserve('o2', [['a', -1]]),
      { type: 'CommitStock', orderId: 'o3' },
    ];
    expect(eventTypes(commands, stockOf(['w1', 'a', 2]))).toEqual([
      'StockReserved',
      'StockCommitted',
      'already-committed',
      'quantity-invalid',
      'not-reserved',
    ]);
  });
});

const anId = (prefix: string) => fc.integer({ min: 1, max: 3 }).map((n) => `${prefix}${n}`);
const quantity = fc.integer({ min: -1, max: 6 });
const anyCommand: fc.Arbitrary<StockCommand> = fc.oneof(
  fc.record({
    type: fc.constant('ReserveStock' as const),
    orderId: anId('o'),
    lines: fc.array(fc.record({ sku: anId('s'), quantity }), { maxLength: 4 }),
    warehouseIds: fc.array(anId('w'), { maxLength: 3 }),
  }),
  fc.record({
    type: fc.constantFrom('CommitStock' as const, 'ReleaseStock' as const, 'ReturnStock' as const),
    orderId: anId('o'),
  }),
  fc.record({
    type: fc.constant('ReceiveStock' as const),
    receiptId: anId('r'),
    warehouseId: anId('w'),
    sku: anId('s'),
    quantity,
  }),
);
/** A good order until its units are back: by chance alone few histories would come that far. */
const wayBack = fc
  .tuple(anId('o'), fc.integer({ min: 1, max: 3 }))
  .map(([orderId, units]): StockCommand[] => [
    reserve(orderId, [['s1', units]]),
    { type: 'CommitStock', orderId },
    { type: 'ReturnStock', orderId },
  ]);
const history = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.tuple(anyCommand) }, { weight: 1, arbitrary: wayBack }), {
    maxLength: 30,
  })
  .map((parts) => parts.flat());
const initial = stockOf(['w1', 's1', 5], ['w1', 's2', 3], ['w2', 's1', 4]);
const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);

describe('over any history', () => {
  it('keeps 0 <= reserved <= onHand, and conserves units', () => {
    fc.assert(
      fc.property(history, (commands) => {
        const { stock, decisions } = decideStock(commands, initial);
        for (const { onHand, reserved } of stock.rows)
          expect(reserved >= 0 && reserved <= onHand, `${reserved} of ${onHand}`).toBe(true);
        const events = decisions.flatMap((decision) => (decision.accepted ? decision.events : []));
        const received = sum(events.map((event) => (event.type === 'StockReceived' ? event.quantity : 0)));
        const unitsOf = (status: string) =>
          sum(
            stock.reservations
              .filter((reservation) => reservation.status === status)
              .flatMap((reservation) => reservation.allocations.map((allocation) => allocation.quantity)),
          );
        expect(sum(stock.rows.map((row) => row.onHand))).toBe(12 + received - unitsOf('committed'));
        const moved = (type: 'StockCommitted' | 'StockReturned') =>
          sum(
            events.flatMap((event) =>
              event.type === type ? event.allocations.map((allocation) => allocation.quantity) : [],
            ),
          );
        expect(moved('StockReturned')).toBe(unitsOf('returned'));
        expect(moved('StockCommitted') - moved('StockReturned')).toBe(unitsOf('committed'));
        expect(sum(stock.rows.map((row) => row.reserved))).toBe(unitsOf('held'));
      }),
    );
  });

  it('changes nothing when a command is repeated, and decides a cut batch like a whole one', () => {
    fc.assert(
      fc.property(history, anyCommand, (commands, last) => {
        const once = decideStock([...commands, last], initial).stock;
        expect(decideStock([last], once).stock).toEqual(once);
        expect(decideStock([last], decideStock(commands, initial).stock).stock).toEqual(once);
      }),
    );
  });
});
