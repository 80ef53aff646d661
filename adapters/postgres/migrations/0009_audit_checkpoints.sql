-- Up Migration

-- Up to where an audit found all in order, with the sums that the next one goes on from (scripts/auditor/window). A few rows.
create table audit.checkpoints (
  taken_at timestamptz primary key default clock_timestamp(),
  horizon timestamptz not null,
  state json not null
);

-- What has changed since then. Events are only ever appended, in the order of this time: a BRIN index is a few bytes for each
-- 16 pages, costs an insert nothing that can be measured, and is read in place of the history. While it is built, writes to
-- the table wait.
do $$
declare
  service text;
begin
  foreach service in array array['orders', 'payment', 'shipping'] loop
    execute format('create index events_recorded on %I.events using brin (recorded_at)
      with (pages_per_range = 16, autosummarize = on)', service);
  end loop;
end
$$;
create index receipts_received on inventory.receipts using brin (received_at)
  with (pages_per_range = 16, autosummarize = on);

-- Down Migration
drop index inventory.receipts_received;
do $$
declare
  service text;
begin
  foreach service in array array['orders', 'payment', 'shipping'] loop
    execute format('drop index %I.events_recorded', service);
  end loop;
end
$$;
drop table audit.checkpoints;
