-- Up Migration

-- The bucket comes first in every primary key: it is the distribution column on Citus.
do $$
declare
  service text;
begin
  foreach service in array array[
    'orders', 'payment', 'inventory', 'shipping', 'fraud', 'notification', 'analytics', 'audit'
  ] loop
    execute format('create schema %I', service);
    execute format('create table %I.outbox (
      bucket int not null,
      id bigint generated always as identity,
      topic text not null,
      key text not null,
      type text not null,
      event_id text not null,
      payload json not null,
      traceparent text,
      occurred_at timestamptz not null,
      primary key (bucket, id)
    )', service);
    execute format('create table %I.inbox (
      bucket int not null,
      consumer text not null,
      event_id text not null,
      primary key (bucket, consumer, event_id)
    )', service);
    execute format('create table %I.relay_lease (
      bucket int primary key,
      owner text not null,
      expires_at timestamptz not null
    )', service);
    -- Who shares the leases: a relay that came last holds none, and the others must know of it.
    execute format('create table %I.relay_member (
      owner text primary key,
      expires_at timestamptz not null
    )', service);
  end loop;

  foreach service in array array['orders', 'payment', 'shipping'] loop
    execute format('create table %I.events (
      bucket int not null,
      stream_id text not null,
      version int not null,
      type text not null,
      data json not null,
      recorded_at timestamptz not null default now(),
      primary key (bucket, stream_id, version)
    )', service);
  end loop;
end
$$;

create table orders.sagas (
  bucket int not null,
  order_id text not null,
  deadline_at timestamptz,
  parked_reason text,
  primary key (bucket, order_id)
);

-- Down Migration

drop schema orders, payment, inventory, shipping, fraud, notification, analytics, audit cascade;
