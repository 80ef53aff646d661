-- Up Migration

-- Whose mail it is, for the user's own list. Not "not null": while a release rolls out, pods of the one before still claim
-- mails without it.
alter table notification.mails add column user_id text;
update notification.mails m set user_id = e.data ->> 'userId'
from orders.events e
where e.bucket = m.bucket and e.stream_id = m.order_id and e.version = 1;
create index mails_of_a_user on notification.mails (user_id, settled_at, order_id, step) where settled_at is not null;

-- Down Migration
drop index notification.mails_of_a_user;
alter table notification.mails drop column user_id;
