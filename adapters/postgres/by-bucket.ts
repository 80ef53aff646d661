import type { QueryResultRow } from 'pg';
import type { Queryable } from './queryable.ts';

/** An array of values, or JSON texts that go as one JSON array: an array of texts would escape every quote. */
type Column = readonly unknown[] | { readonly json: readonly string[] };

/** Columns of rows, of one length; the first is their bucket. */
type Columns = readonly [buckets: readonly number[], ...others: readonly Column[]];

export type Part<Row> = {
  readonly rows: readonly Row[];
  readonly rowCount: number;
  /** Of the part's rows among all, where it is not all of them. */
  readonly positions?: readonly number[];
};

/**
 * Runs a statement over rows, whose columns are its first parameters as arrays. On plain PostgreSQL that is one statement
 * whatever the buckets. On Citus it goes out once for each bucket, so that each goes to the one shard of the bucket: there,
 * what stands in a comment `one bucket:` counts too, with the bucket for `$bucket`. Citus finds a shard by a constant beside
 * the distribution column of each table, and refuses or sends to all shards what has none.
 */
export async function queryByBucket<Row extends QueryResultRow>(
  client: Queryable,
  text: string,
  columns: Columns,
  rest: readonly unknown[] = [],
): Promise<readonly Part<Row>[]> {
  if (client.byBucket !== true) {
    const { rows, rowCount } = await client.query<Row>(text, [...columns.map(valueOf), ...rest]);
    return [{ rows, rowCount: rowCount ?? 0 }];
  }
  const ofOneBucket = textOfOneBucket(text, columns.length + rest.length + 1);
  return Promise.all(
    [...positionsByBucket(columns[0])].map(async ([bucket, positions]) => {
      const cut = columns.map((column) => valueOf(picked(column, positions)));
      const values = [...cut, ...rest, ...(ofOneBucket === text ? [] : [bucket])];
      const { rows, rowCount } = await client.query<Row>(ofOneBucket, values);
      return { rows, rowCount: rowCount ?? 0, positions };
    }),
  );
}

/** The rows of all parts. */
export async function rowsByBucket<Row extends QueryResultRow>(
  ...given: Parameters<typeof queryByBucket<Row>>
): Promise<Row[]> {
  return (await queryByBucket<Row>(...given)).flatMap(({ rows }) => rows);
}

function valueOf(column: Column): unknown {
  return 'json' in column ? `[${column.json.join(',')}]` : column;
}

function picked(column: Column, positions: readonly number[]): Column {
  return 'json' in column
    ? { json: positions.map((position) => column.json[position]!) }
    : positions.map((position) => column[position]);
}

/** Buckets in the order in which they come: who sorts rows to lock them in one order still does. */
function positionsByBucket(buckets: readonly number[]): ReadonlyMap<number, readonly number[]> {
  return Map.groupBy(buckets.keys(), (position) => buckets[position]!);
}

const texts = new Map<string, string>();

function textOfOneBucket(text: string, parameter: number): string {
  return texts.getOrInsertComputed(text, () =>
    text.replaceAll(/\/\* one bucket: (.*?) \*\//g, (_, condition: string) =>
      condition.replaceAll('$bucket', `$${parameter}::int`),
    ),
  );
}
