import { afterAll, beforeAll, expect, test } from 'vitest';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { openTestDatabase } from '../../scripts/test-database.ts';
import { createPool } from './pool.ts';
import { rowsOf, translated } from './queryable.ts';

let database: Awaited<ReturnType<typeof openTestDatabase>>;
let pool: ReturnType<typeof createPool>;
beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  pool = createPool({ url: database.url, maxConnections: 1, prepared: true });
}, 180_000);
afterAll(async () => {
  await pool?.end();
  await database?.close();
});

async function through(type: string, values: readonly unknown[]): Promise<unknown[]> {
  const text = `select n from unnest($1::${type}[]) with ordinality as u(n, position) order by position`;
  const rows = await rowsOf<{ n: unknown }>(translated(pool), text, [values]);
  return rows.map(({ n }) => n);
}

test.each([
  ['text', ['', ' ', 'a,b', '{}', '"', '\\', '\\"\\\\', 'NULL', 'null', null, 'ä🦊\n\t$&', "'"]],
  ['int', [0, -1, 2_147_483_647, null]],
  ['float8', [1.5, -1e300, 5e-324]],
  ['boolean', [true, false, null]],
  ['timestamptz', [new Date(0), new Date('2026-02-28T23:59:59.999Z'), null]],
  ['timestamptz', [new Date('-000100-01-01T00:00:00.000Z'), new Date('+012026-01-01T00:00:00.000Z')]],
  ['text', []],
])('%s %j reaches PostgreSQL and comes back', async (type, values) => {
  expect(await through(type, values)).toEqual(values);
});

test('a bigint and a Buffer do too', async () => {
  expect(await through('bigint', [9_007_199_254_740_993n])).toEqual(['9007199254740993']);
  expect(await through('bytea', [Buffer.from([0, 92, 34])])).toEqual([Buffer.from([0, 92, 34])]);
});
