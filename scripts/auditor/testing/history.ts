import { Client } from 'pg';
import { longStatements } from '../../../adapters/postgres/pool.ts';
import { waitFor } from '../../stack/wait.ts';

/** Copies of one order as finished orders of ten days ago, with all that they left, in the order in which time would have put them. */
export async function addHistory(client: Client, orderId: string, orders: number): Promise<void> {
  const old = `recorded_at - interval '10 days'`;
  const copy = (table: string, id: string, columns: string, values = columns): string =>
    `insert into ${table} (bucket, ${id}, ${columns}) select bucket, ${id} || 'h' || n, ${values}
     from old_${table.replace('.', '_')}, generate_series(1, ${orders}) n order by n`;
  const tables = ['orders.events', 'payment.events', 'shipping.events', 'payment.journal'];
  const rest = ['inventory.reservations', 'fraud.scores'];
  for (const table of [...tables, ...rest]) {
    const id = table.endsWith('.events') ? 'stream_id' : 'order_id';
    const name = `old_${table.replace('.', '_')}`;
    await client.query(`create table ${name} as select * from ${table} where ${id} = '${orderId}'`);
    // History lies before what is new: the rows that are there now are written again behind it.
    await client.query(`create table now_${table.replace('.', '_')} as select * from ${table}`);
    await client.query(`delete from ${table}`);
    await client.query(`vacuum ${table}`);
  }
  for (const schema of ['orders', 'payment', 'shipping'])
    await client.query(
      copy(
        `${schema}.events`,
        'stream_id',
        'version, type, data, recorded_at',
        `version, type, data, ${old}`,
      ),
    );
  await client.query(copy('payment.journal', 'order_id', 'version, line, account, currency, amount_minor'));
  // Of those the sums of the checkpoint know nothing: they are not booked out.
  await client.query(
    copy('inventory.reservations', 'order_id', 'status, allocations', `'released', allocations`),
  );
  await client.query(copy('fraud.scores', 'order_id', 'score, outcome, signals'));
  for (const table of [...tables, ...rest])
    await client.query(`insert into ${table} select * from now_${table.replace('.', '_')}`);
  await client.query(
    `insert into audit.entries (bucket, event_id, sequence, position, subject, action, data_hash, at)
     select bucket, event_id || 'h' || n, -n, sequence * 1000 + position, subject, action, data_hash, at
     from audit.entries, generate_series(1, ${orders / 10}) n where sequence > 0`,
  );
  await client.query('vacuum analyze');
}

/** Rows that were read of all tables so far; a session counts when it has ended. */
export function rowsReadIn(url: string): Promise<number> {
  return onClient(url, async (client) => {
    const isAlone = async (): Promise<boolean> => {
      const { rowCount } = await client.query(
        `select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
           and backend_type = 'client backend'`,
      );
      return rowCount === 0;
    };
    await waitFor('the sessions to end', isAlone, { timeoutMs: 10_000 });
    const { rows } = await client.query<{ read: string }>(
      `select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) as read from pg_stat_user_tables`,
    );
    return Number(rows[0]!.read);
  });
}

/** A session that has ended afterwards. */
export async function onClient<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({ connectionString: url, options: longStatements });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
