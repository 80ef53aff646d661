-- Up Migration

-- What a consumer has handled is forgotten some time after Kafka has deleted the message (platform/retention.ts). What is
-- there already counts as handled now: nobody knows better, and it is kept longer for it.
-- The index shows the oldest rows without reading the others. Rows come in its order and those of a batch share one entry:
-- 7 bytes a row, 65 bytes of log, no measurable time. A BRIN index would be smaller still, but the ranges of pages that are
-- used again only widen: after a while each of them would be read by each sweep. While it is built (0.4 s for
-- two million rows) the consumers of the table wait; no gateway reads it.
do $$
declare
  service text;
begin
  foreach service in array array[
    'orders', 'payment', 'inventory', 'shipping', 'fraud', 'notification', 'analytics', 'audit', 'recommendation'
  ] loop
    execute format('alter table %I.inbox add column handled_at timestamptz not null default now()', service);
    execute format('create index inbox_handled on %I.inbox (handled_at)', service);
  end loop;
end
$$;
create index activity_placed on fraud.activity (placed_at);

-- Down Migration
drop index fraud.activity_placed;
do $$
declare
  service text;
begin
  foreach service in array array[
    'orders', 'payment', 'inventory', 'shipping', 'fraud', 'notification', 'analytics', 'audit', 'recommendation'
  ] loop
    execute format('alter table %I.inbox drop column handled_at', service);
  end loop;
end
$$;
