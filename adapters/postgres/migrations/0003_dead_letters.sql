-- Up Migration

-- What a person did with a dead letter; one without a row is open. `bucket` is the partition on which the message lay.
create table audit.dead_letters (
  bucket int not null,
  topic text not null,
  "offset" bigint not null,
  consumer text not null,
  status text not null check (status in ('retried', 'dropped')),
  resolved_at timestamptz not null default now(),
  primary key (bucket, topic, "offset", consumer)
);

-- Down Migration
drop table audit.dead_letters;
