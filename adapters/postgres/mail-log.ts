import type { MailLog, MailStep } from '../../platform/ports/mail-log.ts';
import { rowsByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';

/** Which mails were sent; each method is one round trip. */
export function createMailLog(client: Queryable): MailLog {
  return {
    async claim(mails, claimMs) {
      const [clock, inserted, taken, claimed] = await Promise.all([
        client.query<{ claimedAt: string }>('select now()::text as "claimedAt"'),
        rowsByBucket<MailStep>(
          client,
          `insert into notification.mails (bucket, order_id, step, status, user_id)
           select k.bucket, k.order_id, k.step, 'claimed', k.user_id
           from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as k(bucket, order_id, step, user_id)
           order by k.bucket, k.order_id, k.step
           on conflict do nothing
           returning bucket, order_id as "orderId", step`,
          [...columnsOf(mails), mails.map(({ userId }) => userId)],
        ),
        // Of two that take over an old claim one waits for the other, and then finds it new.
        rowsByBucket<MailStep>(
          client,
          `update notification.mails m set claimed_at = now()
           from unnest($1::int[], $2::text[], $3::text[]) as k(bucket, order_id, step)
           where m.bucket = k.bucket and m.order_id = k.order_id and m.step = k.step and m.status = 'claimed'
             and m.claimed_at < now() - $4::int * interval '1 millisecond' /* one bucket: and m.bucket = $bucket */
           returning m.bucket, m.order_id as "orderId", m.step`,
          columnsOf(mails),
          [claimMs],
        ),
        rowsByBucket<MailStep>(
          client,
          `select k.bucket, k.order_id as "orderId", k.step
           from unnest($1::int[], $2::text[], $3::text[]) as k(bucket, order_id, step)
           cross join lateral (
             select status from notification.mails
             where bucket = k.bucket and order_id = k.order_id and step = k.step
               /* one bucket: and bucket = $bucket */ limit 1
           ) m
           where m.status = 'claimed'`,
          columnsOf(mails),
        ),
      ]);
      const own = new Set([...inserted, ...taken].map(nameOf));
      return {
        claimedAt: clock.rows[0]!.claimedAt,
        fresh: indexesOf(mails, inserted),
        unsettled: indexesOf(mails, taken),
        busy: indexesOf(
          mails,
          claimed.filter((mail) => !own.has(nameOf(mail))),
        ),
      };
    },

    async release(mails, claimedAt) {
      if (mails.length === 0) return;
      await rowsByBucket(
        client,
        `update notification.mails m set claimed_at = '-infinity'
         from unnest($1::int[], $2::text[], $3::text[]) as k(bucket, order_id, step)
         where m.bucket = k.bucket and m.order_id = k.order_id and m.step = k.step and m.status = 'claimed'
           and m.claimed_at = $4::timestamptz /* one bucket: and m.bucket = $bucket */`,
        columnsOf(mails),
        [claimedAt],
      );
    },

    async settle(mails, outcome) {
      if (mails.length === 0) return [];
      const rows = await rowsByBucket<MailStep>(
        client,
        `update notification.mails m set status = $4, settled_at = now()
         from unnest($1::int[], $2::text[], $3::text[]) as k(bucket, order_id, step)
         where m.bucket = k.bucket and m.order_id = k.order_id and m.step = k.step and m.status = 'claimed'
           /* one bucket: and m.bucket = $bucket */
         returning m.bucket, m.order_id as "orderId", m.step`,
        columnsOf(mails),
        [outcome],
      );
      return indexesOf(mails, rows);
    },
  };
}

/** Where these mails are first named: one that a batch holds twice is sent once. */
function indexesOf(mails: readonly MailStep[], found: readonly MailStep[]): number[] {
  const names = new Set(found.map(nameOf));
  return mails.flatMap((mail, index) => (names.delete(nameOf(mail)) ? [index] : []));
}

const nameOf = ({ bucket, orderId, step }: MailStep): string => JSON.stringify([bucket, orderId, step]);

function columnsOf(mails: readonly MailStep[]): [number[], string[], string[]] {
  return [
    mails.map(({ bucket }) => bucket),
    mails.map(({ orderId }) => orderId),
    mails.map(({ step }) => step),
  ];
}
