import type { Pool, QueryResultRow } from 'pg';
import { readWhole } from '../whole/read-whole.ts';
import type { Found } from '../whole/invariant.ts';
import type { Checkpoint } from './checkpoint.ts';

/** A limit makes PostgreSQL look each event up, however many it expects. */
const eventOf = (id: string, bucket: string): string => `left join lateral (
    select 1 as found from orders.events o where o.bucket = ${bucket}
      and o.stream_id = split_part(${id}, '/', 1) and o.version::text = split_part(${id}, '/', 2)
    union all
    select 1 from payment.events p where p.bucket = ${bucket} and split_part(${id}, '/', 1) = 'payment'
      and p.stream_id = split_part(${id}, '/', 2) and p.version::text = split_part(${id}, '/', 3)
    limit 1
  ) event on true`;

const counted = `count(*)::int as checked, count(*) filter (where event.found is null)::int as strays`;

/** What the audit chain and the inboxes have got since the checkpoint: each of it is of an event. */
export async function straysSince(postgres: Pool, { links, horizon }: Checkpoint): Promise<Found> {
  const places = [
    read(postgres, 'audit entries', {
      statement: `select ${counted} from unnest($1::int[], $2::int[]) as k(bucket, after)
        cross join lateral (
          select e.event_id from audit.entries e where e.bucket = k.bucket and e.sequence > k.after
          order by e.sequence, e.position limit 1000000
        ) e ${eventOf('e.event_id', 'k.bucket')}`,
      values: [links.map(({ bucket }) => bucket), links.map(({ sequence }) => sequence)],
    }),
    ...(
      [
        ['analytics', 'aggregate-analytics'],
        ['recommendation', 'learn-copurchases'],
      ] as const
    ).map(([schema, consumer]) =>
      read(postgres, `rows in the inbox of ${consumer}`, {
        statement: `select ${counted} from ${schema}.inbox i ${eventOf('i.event_id', 'i.bucket')}
          where i.consumer = $1 and i.handled_at >= $2`,
        values: [consumer, horizon],
      }),
    ),
  ];
  const found = await Promise.all(places);
  return {
    checked: found.reduce((sum, { checked }) => sum + checked, 0),
    findings: found.flatMap(({ findings }) => findings),
  };
}

type Counted = QueryResultRow & { readonly checked: number; readonly strays: number };

async function read(
  postgres: Pool,
  what: string,
  { statement, values }: { readonly statement: string; readonly values: readonly unknown[] },
): Promise<Found> {
  const [row] = await readWhole<Counted>(postgres, statement, values);
  const { checked = 0, strays = 0 } = row ?? {};
  return { checked, findings: strays > 0 ? [{ example: `${strays} ${what} of no event` }] : [] };
}
