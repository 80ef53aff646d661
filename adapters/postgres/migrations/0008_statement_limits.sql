-- Up Migration

-- Whoever waits for a lock or works on one statement for longer gives up and tries again: a connection of the pool and
-- what was locked before are free for others. Belongs to the role as in 0004; tools that need longer say so themselves
-- (adapters/postgres/pool.ts).
do $$
begin
  execute format('alter role current_user in database %I set lock_timeout = ''5s''', current_database());
  execute format('alter role current_user in database %I set statement_timeout = ''15s''', current_database());
end
$$;

-- Down Migration
do $$
begin
  execute format('alter role current_user in database %I reset lock_timeout', current_database());
  execute format('alter role current_user in database %I reset statement_timeout', current_database());
end
$$;
