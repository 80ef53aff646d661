-- Up Migration
-- Contract: sagas have had a deadline since before the first release.

-- Unfinished orders: the only rows that the sweeper reads.
alter table orders.sagas alter column deadline_at set not null;
create index sagas_overdue on orders.sagas (deadline_at) where parked_reason is null;
create index sagas_parked on orders.sagas (deadline_at) where parked_reason is not null;

-- Double entry: the postings of one event sum to zero in each currency.
create table payment.journal (
  bucket int not null,
  order_id text not null,
  version int not null,
  line int not null,
  account text not null,
  currency text not null,
  amount_minor bigint not null,
  primary key (bucket, order_id, version, line)
);

create table inventory.warehouses (
  warehouse_id text primary key,
  region text not null,
  -- The lowest is preferred for orders of its region; other regions' warehouses come after.
  priority int not null
);
create table inventory.stock (
  warehouse_id text not null,
  sku text not null,
  on_hand bigint not null,
  reserved bigint not null,
  primary key (warehouse_id, sku),
  check (0 <= reserved and reserved <= on_hand)
);
create index stock_sku on inventory.stock (sku);
-- What each order did to the stock: `allocations` is [{"warehouseId","sku","quantity"}].
create table inventory.reservations (
  bucket int not null,
  order_id text not null,
  status text not null check (status in ('held', 'committed', 'released', 'refused', 'returned')),
  allocations jsonb not null,
  reserved_at timestamptz not null default now(),
  primary key (bucket, order_id)
);
create index reservations_held on inventory.reservations (bucket, order_id) where status = 'held';
-- Every unit came in by a receipt: sum(receipts) = sum(on_hand) + sum(committed).
create table inventory.receipts (
  receipt_id text primary key,
  warehouse_id text not null,
  sku text not null,
  quantity bigint not null check (quantity > 0),
  received_at timestamptz not null default now()
);

create table fraud.scores (
  bucket int not null,
  order_id text not null,
  score int not null,
  outcome text not null check (outcome in ('clear', 'review', 'reject')),
  signals text[] not null,
  scored_at timestamptz not null default now(),
  primary key (bucket, order_id)
);
create table fraud.activity (
  user_id text not null,
  placed_at timestamptz not null,
  order_id text not null,
  card_hash text not null,
  primary key (user_id, placed_at, order_id)
);
create table fraud.blocked (
  kind text not null check (kind in ('user', 'address', 'device')),
  value text not null,
  primary key (kind, value)
);

create table notification.mails (
  bucket int not null,
  order_id text not null,
  step text not null,
  status text not null check (status in ('claimed', 'sent', 'failed')),
  claimed_at timestamptz not null default now(),
  settled_at timestamptz,
  primary key (bucket, order_id, step)
);

create table analytics.sales (
  date date not null,
  category text not null,
  region text not null,
  currency text not null,
  orders bigint not null,
  total_minor bigint not null,
  primary key (date, category, region, currency)
);

-- One link a bucket and batch; the entries are its leaves, in the order of `position`.
create table audit.links (
  bucket int not null,
  sequence int not null,
  previous_hash text not null,
  hash text not null,
  recorded_at timestamptz not null default now(),
  primary key (bucket, sequence)
);
create table audit.entries (
  bucket int not null,
  event_id text not null,
  sequence int not null,
  position int not null,
  subject text not null,
  action text not null,
  data_hash text not null,
  at text not null,
  primary key (bucket, event_id),
  unique (bucket, sequence, position)
);

create schema users;
create table users.users (
  bucket int not null,
  user_id text not null,
  email text not null,
  name text not null,
  country text not null,
  postal_code text not null,
  created_at timestamptz not null default now(),
  primary key (bucket, user_id)
);
-- A mail address is taken once, whatever the bucket of its user: placed by the hash of the address itself, in lower case.
create table users.emails (
  bucket int not null,
  email text not null,
  user_id text not null,
  primary key (bucket, email)
);
create table users.carts (
  bucket int not null,
  user_id text not null,
  version int not null,
  -- [{"sku","quantity"}]
  lines jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (bucket, user_id)
);

create schema catalogue;
create table catalogue.products (
  sku text primary key,
  name text not null,
  category text not null,
  -- {"USD": 1999}
  prices_minor jsonb not null,
  unit_grams int not null,
  updated_at timestamptz not null default now()
);
create index products_category on catalogue.products (category, sku);

-- Down Migration
drop schema users, catalogue cascade;
drop table payment.journal, inventory.warehouses, inventory.stock, inventory.reservations, inventory.receipts,
  fraud.scores, fraud.activity, fraud.blocked, notification.mails, analytics.sales, audit.links, audit.entries;
drop index orders.sagas_overdue, orders.sagas_parked;
alter table orders.sagas alter column deadline_at drop not null;
