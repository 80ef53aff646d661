import type { Pool } from 'pg';
import type { Notification, Notifications } from '../../platform/ports/notifications.ts';
import { rowsOf, translated } from './queryable.ts';

/** The settled mails of each user, along an index of theirs. */
export function createNotifications(pool: Pool): Notifications {
  const database = translated(pool);
  return {
    list: (userId, { before, limit }) =>
      rowsOf<Notification>(database, listNotificationsStatement, [
        userId,
        before?.at ?? 'infinity',
        before?.orderId ?? '',
        before?.step ?? '',
        limit,
      ]),
  };
}

/** Exported for the test that counts the rows it scans. */
export const listNotificationsStatement = `select order_id as "orderId", step, status,
    to_char(settled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
  from notification.mails
  where user_id = $1 and settled_at is not null and (settled_at, order_id, step) < ($2::timestamptz, $3, $4)
  order by settled_at desc, order_id desc, step desc
  limit $5`;
