import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, type AuditReport } from '../index.ts';
import { publishDeadLetter } from '../testing/messages.ts';
import { openWindowWorld, window, type WindowWorld } from '../testing/window-world.ts';

let world: WindowWorld;
beforeAll(async () => void (world = await openWindowWorld()), 180_000);
afterAll(() => world?.close(), 60_000);

const violated = (report: AuditReport): string[] =>
  report.invariants.filter(({ outcome }) => outcome === 'violated').map(({ name }) => name);
const exampleOf = (report: AuditReport, name: string): string =>
  report.invariants.find((own) => own.name === name)?.examples[0] ?? '';

test('looks at what is new or open, and the next one goes on from there', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  const second = await audit(sources, window);
  expect(violated(second)).toEqual([]);
  // The one that came, and the one that is parked.
  expect(second).toMatchObject({ verdict: 'clean', orders: 2, changedSince: expect.any(String) });
  expect(second.invariants.filter(({ outcome }) => outcome === 'left-out').map(({ name }) => name)).toEqual([
    'ledger-in-payments',
    'no-strays',
  ]);
  const third = await audit(sources, window);
  expect(third).toMatchObject({ verdict: 'clean', orders: 1 });
  expect(Date.parse(third.changedSince!)).toBeGreaterThan(Date.parse(second.changedSince!));
  expect(await audit(sources, { settleMs: 0 })).toMatchObject({ verdict: 'clean', orders: 7 });
});

test('with an hour of overlap it sees again what the audit before saw', async ({ onTestFinished }) => {
  const sources = await world.copy(onTestFinished);
  await sources.postgres.query('delete from audit.checkpoints');
  const usual = { settleMs: 0, sinceLastClean: true };
  expect(await audit(sources, usual)).toMatchObject({
    verdict: 'clean',
    orders: 7,
    notes: ['no checkpoint to go on from: all orders are looked at'],
  });
  const again = await audit(sources, usual);
  expect(again).toMatchObject({ verdict: 'clean', orders: 7, changedSince: expect.any(String) });
});

describe('names what is broken since the checkpoint', () => {
  const cases: [invariant: string, sql: string, example: string, also?: string[]][] = [
    [
      'journal-balances',
      `update payment.journal set amount_minor = amount_minor + 1 where order_id = $1 and account = 'sales'`,
      'USD sums to 1',
      ['journal-matches-events'],
    ],
    [
      'legal-transitions',
      `update orders.events set type = 'OrderDelivered' where stream_id = $1 and type = 'OrderShipped'`,
      'is no step of this order',
    ],
    [
      'stock-conserved',
      'update inventory.stock set on_hand = on_hand + 1',
      '1000 received, 999 on hand and 2 booked out',
      [],
    ],
    [
      'stock-conserved',
      `update inventory.reservations set status = 'held' where order_id = $1`,
      'booked out',
      ['stock-reserved', 'stock-follows-order', 'effects-accounted'],
    ],
    ['sales-recompute', 'update analytics.sales set orders = orders + 1', 'counted', ['board-equals-sales']],
    [
      'audited-once',
      `delete from audit.entries where event_id = $1 || '/1'`,
      'is not in the audit chain',
      ['audit-chain', 'effects-accounted'],
    ],
    [
      'audit-chain',
      `update audit.links set hash = 'x' where (bucket, sequence) =
         (select bucket, max(sequence) from audit.entries where event_id like $1 || '/%' group by bucket)`,
      'its hash is not that of its entries',
      [],
    ],
    [
      'no-strays',
      `insert into analytics.inbox (bucket, consumer, event_id) values (0, 'aggregate-analytics', 'ord_nobody/4')`,
      '1 rows in the inbox of aggregate-analytics of no event',
      [],
    ],
    ['effects-accounted', 'delete from fraud.scores where order_id = $1', 'score-order lost'],
  ];
  test.for(cases)('%s: %s', async ([invariant, sql, example, also], { onTestFinished }) => {
    const sources = await world.copy(onTestFinished);
    await sources.postgres.query(sql, sql.includes('$1') ? [world.fresh] : []);
    const report = await audit(sources, window);
    expect(report).toMatchObject({ verdict: 'violations', changedSince: expect.any(String) });
    expect(violated(report)).toContain(invariant);
    if (also) expect(violated(report).toSorted()).toEqual([invariant, ...also].toSorted());
    expect(exampleOf(report, invariant)).toContain(example);
    // It stays in sight until it is mended: only a clean audit moves the checkpoint.
    expect(violated(await audit(sources, window))).toContain(invariant);
  });

  test('the end of the chain that the last audit saw is another one', async ({ onTestFinished }) => {
    const sources = await world.copy(onTestFinished);
    await sources.postgres.query(`update audit.links set hash = 'x' where (bucket, sequence) =
      (select (link ->> 'bucket')::int, (link ->> 'sequence')::int
       from audit.checkpoints, json_array_elements(state -> 'links') link limit 1)`);
    const report = await audit(sources, window);
    expect(violated(report)).toEqual(['audit-chain']);
    expect(exampleOf(report, 'audit-chain')).toMatch(/is not the one that the last clean audit saw$/);
  });

  test('but not what is wrong in an order that is done with: the audit of all does', async ({
    onTestFinished,
  }) => {
    const sources = await world.copy(onTestFinished);
    await sources.postgres.query(
      `update payment.journal set amount_minor = amount_minor + 1 where order_id = $1 and account = 'sales'`,
      [world.shipped],
    );
    expect(violated(await audit(sources, window))).toEqual([]);
    expect(violated(await audit(sources, { settleMs: 0 }))).toContain('journal-balances');
  });
});

// From here on a topic holds what the other tests do not know.
test('what a consumer gave up before the horizon is added when it is done later', async ({
  onTestFinished,
}) => {
  const mongoDatabase = await world.copyMongo(onTestFinished);
  const sources = await world.copy(onTestFinished, mongoDatabase);
  const { rows } = await sources.postgres.query<{ event_id: string }>(
    `delete from analytics.inbox where event_id like $1 returning event_id`,
    [`${world.fresh}/%`],
  );
  const [{ event_id: eventId }] = rows as [{ event_id: string }];
  const count = async (orders: number): Promise<void> => {
    await sources.postgres.query(
      `update analytics.sales s set orders = s.orders + $1::int, total_minor = s.total_minor + $1::int * d.total
       from (select o.at_date, t ->> 'category' as category, (t ->> 'totalMinor')::bigint as total
             from (select (data ->> 'at')::timestamptz::date as at_date, data from orders.events
                   where stream_id = $2 and type = 'OrderPaid') o,
               json_array_elements(o.data -> 'totalsByCategory') t) d
       where s.category = d.category`,
      [orders, world.fresh],
    );
    const totals = await sources.postgres.query<{ category: string; orders: string; total_minor: string }>(
      'select category, orders, total_minor from analytics.sales',
    );
    for (const { category, orders: sold, total_minor: total } of totals.rows)
      await sources.mongo
        .collection('analytics')
        .updateOne(
          { category },
          { $set: { 'sold.orders': Number(sold), 'sold.total_minor': Number(total) } },
        );
  };
  await count(-1);
  expect(violated(await audit(sources, window))).toContain('effects-accounted');
  await publishDeadLetter(sources, 'aggregate-analytics', eventId);
  expect(violated(await audit(sources, window))).toEqual([]);
  expect(violated(await audit(sources, window))).toEqual([]);
  // Somebody tries it again: it is counted now, though its time is long before the window.
  await sources.postgres.query(
    `insert into analytics.inbox (bucket, consumer, event_id)
     select bucket, 'aggregate-analytics', $1 from orders.events where stream_id = $2 limit 1`,
    [eventId, world.fresh],
  );
  await count(1);
  const later = await audit(sources, window);
  expect(violated(later)).toEqual([]);
  expect(violated(await audit(sources, window))).toEqual([]);
  await count(1);
  expect(violated(await audit(sources, window))).toEqual(['sales-recompute']);
});
