import type { Size } from '../../environments/parts.ts';

/** Connections that a pool does not give away: replication, the operator, migrations, a person. */
const spareConnections = 100;

/** What PostgreSQL has to know of its machine and its clients, in the words of postgresql.conf. */
export function postgresSettings({ memoryGiB }: Size, poolSize: number): Readonly<Record<string, string>> {
  const connections = poolSize + spareConnections;
  const memoryMb = memoryGiB * 1024;
  return {
    max_connections: String(connections),
    // Transactions over several nodes commit in two phases, each of a connection's.
    max_prepared_transactions: String(connections),
    shared_buffers: `${memoryMb / 4}MB`,
    effective_cache_size: `${memoryMb / 2}MB`,
    // A quarter of the memory when every connection sorts at once.
    work_mem: `${Math.max(1, Math.floor(memoryMb / 4 / connections))}MB`,
    maintenance_work_mem: `${memoryMb / 16}MB`,
    // What a lost disk takes with it at the most: the design's recovery point is a minute.
    archive_timeout: '60s',
    idle_in_transaction_session_timeout: '60s',
  };
}
