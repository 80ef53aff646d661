-- Up Migration

-- A process that hangs in a transaction keeps its row locks while its connection lives, and everybody behind them waits:
-- after this time its session ends. It belongs to the role because PgBouncer refuses it as a start-up parameter. The
-- longest pause that is meant to be is the sales board's write before its commit, which is given up after 3 s.
do $$
begin
  execute format(
    'alter role current_user in database %I set idle_in_transaction_session_timeout = ''10s''', current_database()
  );
end
$$;

-- Down Migration
do $$
begin
  execute format('alter role current_user in database %I reset idle_in_transaction_session_timeout', current_database());
end
$$;
