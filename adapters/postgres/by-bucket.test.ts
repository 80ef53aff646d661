import { expect, test } from 'vitest';
import { queryByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';

type Sent = { readonly text: string; readonly values: readonly unknown[] };

function recording(byBucket: boolean): { client: Queryable; sent: Sent[] } {
  const sent: Sent[] = [];
  const query = async (text: string, values: unknown[] = []) => {
    sent.push({ text, values });
    return { rows: [{ sentAs: sent.length }], rowCount: 1 };
  };
  return { client: { query: query as unknown as Queryable['query'], byBucket }, sent };
}

const text =
  'select from unnest($1::int[], $2::json) k join t on t.b = k.b /* one bucket: and t.b = $bucket */ or $3';
const columns = [[7, 2, 7], { json: ['"a"', '"b"', '"c"'] }] as const;

test('on plain PostgreSQL rows of all buckets are one statement, as it is written', async () => {
  const { client, sent } = recording(false);
  expect(await queryByBucket(client, text, columns, ['rest'])).toEqual([
    { rows: [{ sentAs: 1 }], rowCount: 1 },
  ]);
  expect(sent).toEqual([{ text, values: [[7, 2, 7], '["a","b","c"]', 'rest'] }]);
});

test('by bucket there is a statement for each, with its rows and the bucket as a constant', async () => {
  const { client, sent } = recording(true);
  expect((await queryByBucket(client, text, columns, ['rest'])).map(({ positions }) => positions)).toEqual([
    [0, 2],
    [1],
  ]);
  const ofOne = 'select from unnest($1::int[], $2::json) k join t on t.b = k.b and t.b = $4::int or $3';
  expect(sent).toEqual([
    { text: ofOne, values: [[7, 7], '["a","c"]', 'rest', 7] },
    { text: ofOne, values: [[2], '["b"]', 'rest', 2] },
  ]);
});

test('a statement that names no table by its bucket gets no parameter that it does not have', async () => {
  const { client, sent } = recording(true);
  await queryByBucket(client, 'insert into t select * from unnest($1::int[])', [[1]]);
  expect(sent.map(({ values }) => values)).toEqual([[[1]]]);
});
