-- Up Migration

create schema recommendation;
create table recommendation.outbox (
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
);
create table recommendation.inbox (
  bucket int not null,
  consumer text not null,
  event_id text not null,
  primary key (bucket, consumer, event_id)
);
create table recommendation.relay_lease (
  bucket int primary key,
  owner text not null,
  expires_at timestamptz not null
);
create table recommendation.relay_member (
  owner text primary key,
  expires_at timestamptz not null
);

-- What was bought together with a SKU, the most frequent first: [{"sku","count"}], a bounded number. One row a SKU, in the
-- SKU's own bucket: the gateway reads one row by its key, and a batch locks and writes one row a SKU.
create table recommendation.copurchases (
  bucket int not null,
  sku text not null,
  neighbours jsonb not null,
  learned_at timestamptz not null default now(),
  primary key (bucket, sku)
);

-- Down Migration
drop schema recommendation cascade;
