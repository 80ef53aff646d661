import type { LocalStack } from '../../environments/local.ts';

/**
 * The postgresql.conf of a stack for a server of this major version: durable as in production (fsync, synchronous commit), sized
 * for a laptop.
 */
export function postgresSettings({ ports, host }: LocalStack, majorVersion: number): string {
  return `# Written by scripts/stack/postgres-settings.ts at every start.
listen_addresses = '${host}'
port = ${ports.postgres}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 256MB
work_mem = 8MB
maintenance_work_mem = 64MB
effective_cache_size = 2GB
random_page_cost = 1.1
jit = off
max_parallel_workers_per_gather = 0
fsync = on
synchronous_commit = on
wal_compression = ${majorVersion < 15 ? 'on' : 'lz4'}
wal_init_zero = off
wal_buffers = 16MB
min_wal_size = 512MB
max_wal_size = 2GB
checkpoint_timeout = 15min
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.2
# Tables that grow from nothing are analysed all the time; 3,000 rows say enough of them. With 30,000 it is a sixth of the CPU.
default_statistics_target = 10
track_io_timing = on
log_lock_waits = on
log_min_duration_statement = 1s
# What customers sent is in the parameters and in the context of errors: neither belongs in a log.
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_line_prefix = '%m [%p] %a '
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso'
`;
}
