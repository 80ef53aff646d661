import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { openTestDatabase } from '../../scripts/test-database.ts';
import { createPool, inTransaction } from './pool.ts';

type Database = Awaited<ReturnType<typeof openTestDatabase>>;

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
}, 180_000);
afterAll(() => database?.close());

async function withPool<Result>(
  prepared: boolean,
  work: (pool: ReturnType<typeof createPool>) => Promise<Result>,
): Promise<Result> {
  const pool = createPool({ url: database.url, maxConnections: 1, prepared });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

const statement = 'select n * 2 as doubled from unnest($1::int[]) as n';
const kept = 'select count(*)::int as count from pg_prepared_statements where statement = $1';

test.each([
  [true, 1],
  [false, 0],
])('with prepared %s a statement that runs many times is kept %i times', async (prepared, times) => {
  await withPool(prepared, async (pool) => {
    // At once, so that the second is sent before the first is answered.
    const results = await Promise.all([[1], [2, 3], []].map((numbers) => pool.query(statement, [numbers])));
    expect(results.map(({ rows }) => rows)).toEqual([[{ doubled: 2 }], [{ doubled: 4 }, { doubled: 6 }], []]);
    const { rows } = await pool.query(kept, [statement]);
    expect(rows).toEqual([{ count: times }]);
  });
});

test('a statement that failed, in a transaction or alone, can be sent again', async () => {
  await withPool(true, async (pool) => {
    const divide = 'select 1 / $1::int as quotient';
    await expect(pool.query(divide, [0])).rejects.toThrow('division by zero');
    const failing = inTransaction(pool, async (client) => {
      await client.query(divide, [0]);
      return { result: 1 };
    });
    await expect(failing).rejects.toMatchObject({ code: 'postgres-refused' });
    expect((await pool.query(divide, [1])).rows).toEqual([{ quotient: 1 }]);
  });
});

test('texts that never end do not fill the server with plans', async () => {
  await withPool(true, async (pool) => {
    for (let n = 0; n < 250; n += 1) await pool.query(`select ${n} + $1::int as sum`, [n]);
    const { rows } = await pool.query<{ count: number }>(
      'select count(*)::int as count from pg_prepared_statements',
    );
    expect(rows[0]?.count).toBeLessThanOrEqual(200);
    expect(rows[0]?.count).toBeGreaterThan(100);
  });
});
